# Every task of the project by name; `make` alone lists them. ARGS passes options on: make lab ARGS=--no-browser
# PYTHON=/path/to/python chooses the Python that .venv is made with.
.PHONY: help setup setup-test lab test figures look notebooks site bench tables lock clean
.DEFAULT_GOAL := help
export PYTHON
RUN = .venv/bin/python

help: ## list the tasks
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

setup: ## make the environment in .venv, from the locked requirements
	@python=$$(sh tools/find_python.sh) && "$$python" tools/setup.py lab

setup-test:
	@python=$$(sh tools/find_python.sh) && "$$python" tools/setup.py test

lab: setup ## set up, and open JupyterLab on the collection
	@$(RUN) tools/lab.py $(ARGS)

test: setup-test ## set up, and run every check (ARGS="style types tests notebooks browser" picks some)
	@$(RUN) tools/check.py $(ARGS)

figures: setup-test ## draw the picture of each notebook
	@$(RUN) tools/figures.py $(ARGS)

look: setup-test ## photograph every lab of a theme in every state (ARGS=oxytocin_trust)
	@$(RUN) tools/look.py $(ARGS)

notebooks: setup-test ## run all notebooks in place and tidy them (ARGS=--check only looks)
	@$(RUN) tools/run_notebooks.py $(ARGS)

site: setup-test ## build the web site in build/site: pages that move without Python (ARGS=04_oxytocin_trust)
	@$(RUN) tools/website.py $(ARGS)

bench: setup-test ## measure against the budgets and the peers
	@$(RUN) benchmarks/run.py $(ARGS)

lock: setup-test ## lock the requirements again (ARGS=--upgrade takes the newest)
	@$(RUN) tools/lock.py $(ARGS)

tables: setup-test ## write the data dictionary and the references as BibTeX (ARGS=--check only looks)
	@$(RUN) tools/data_dictionary.py $(ARGS)

clean: ## remove the environment and all that was built
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
