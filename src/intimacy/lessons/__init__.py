"""The words of each lesson: its bets, checked exercises and quiz. What is expected is asked of the models.

Nothing here opens a file.
"""
