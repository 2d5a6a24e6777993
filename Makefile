# Every task of the project by name; `make` alone lists them. ARGS passes options on: make lab ARGS=--no-browser
# PYTHON=/path/to/python chooses the Python that .venv is made with.
.PHONY: help setup setup-test lab app classroom test figures theme look notebooks site slides lite student instructor nbgrader \
	guide links class-load bench matrix tables lock clean
.DEFAULT_GOAL := help
export PYTHON
RUN = .venv/bin/python

help: ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

setup: ## make the environment in .venv, from the locked requirements
	@python=$$(sh tools/find_python.sh) && "$$python" tools/setup.py lab

setup-test:
	@python=$$(sh tools/find_python.sh) && "$$python" tools/setup.py test

lab: setup ## set up, and open JupyterLab on the collection
	@$(RUN) tools/lab.py $(ARGS)

app: setup ## set up, and serve every lab and notebook as an app without code
	@$(RUN) tools/app.py $(ARGS)

classroom: setup ## set up, and open a classroom: the room's notebooks share games and bets (ARGS="--database class.sqlite")
	@$(RUN) -m intimacy.classroom $(ARGS)

test: setup-test ## set up, and run every check (ARGS="style types tests notebooks browser" picks some)
	@$(RUN) tools/check.py $(ARGS)

figures: setup-test ## draw the picture of each notebook
	@$(RUN) tools/figures.py $(ARGS)

look: setup-test ## photograph every lab of a theme in every state (ARGS=oxytocin_trust)
	@$(RUN) tools/look.py $(ARGS)

notebooks: setup-test ## run all notebooks in place and tidy them (ARGS=--check only looks)
	@$(RUN) tools/run_notebooks.py $(ARGS)

theme: setup-test ## begin a theme: a small one that runs, entered in each list (ARGS="13 touch_and_time", or --left)
	@$(RUN) tools/new_theme.py $(ARGS)

site: setup-test ## build the web site in build/site: pages that move without Python (ARGS=04_oxytocin_trust)
	@$(RUN) tools/website.py $(ARGS)

slides: setup-test ## build a deck per notebook in build/slides, for a projector without a network (ARGS=04_oxytocin_trust)
	@$(RUN) tools/slides.py $(ARGS)

lite: setup-test ## build the JupyterLite site in build/lite: Python in the browser (ARGS=--full with numpy and all)
	@$(RUN) tools/lite.py $(ARGS)

student: setup-test ## derive the copies for students in build/student: without solutions and teaching notes
	@$(RUN) tools/copies.py student $(ARGS)

instructor: setup-test ## derive the copies for instructors in build/instructor: solved, with teaching notes
	@$(RUN) tools/copies.py instructor $(ARGS)

nbgrader: setup-test ## write a course for nbgrader in build/nbgrader
	@$(RUN) tools/grading.py $(ARGS)

guide: setup-test ## collect the instructor guide from the notebooks (ARGS=--check only looks)
	@$(RUN) tools/guide.py $(ARGS)

links: setup-test ## point the launch links at this repository (ARGS="--repository OWNER/NAME" at another)
	@$(RUN) tools/links.py $(ARGS)

class-load: setup-test ## run a class of 20 against the hub of deploy/ and write its table into docs/deploy.md
	@$(RUN) tools/class_load.py $(ARGS)

bench: setup-test ## measure against the budgets and the peers
	@$(RUN) benchmarks/run.py $(ARGS)

matrix: setup-test ## run every notebook on every kind of machine, Python and set of packages (ARGS=offline)
	@$(RUN) tools/matrix.py $(ARGS)

lock: setup-test ## lock the requirements again (ARGS=--upgrade takes the newest)
	@$(RUN) tools/lock.py $(ARGS)

tables: setup-test ## write the data dictionary and the references as BibTeX (ARGS=--check only looks)
	@$(RUN) tools/data_dictionary.py $(ARGS)

clean: ## remove the environment and all that was built
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
