# Every target sets up what it needs first; see fms_agency/house/. Words for the command: make test ARGS="-k ledger"
PYTHON ?= python3
HOUSE = $(PYTHON) fms_agency/house/bootstrap.py
PORT ?=
# Every branch of these is covered. The list only grows.
WHOLE = cases/pricing.py,ledger/journals.py,partners/policies.py,workflow/duties.py,workflow/walls.py
ARGS ?=
export PORT

.DEFAULT_GOAL := help
.PHONY: help run stop demo test coverage check bench drill-tamper drill-walls drill-crash manage prepare sbom image-steps

help:  ## this list
	@sed -nE 's/^([a-z-]+): *## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run:  ## set up and open the house (PORT=8000); Ctrl-C stops it
	@$(HOUSE) run $(ARGS)

stop:  ## stop the house of this checkout from another terminal
	@$(HOUSE) stop

demo:  ## play a whole deal through the doors of the running house, or of one opened for it
	@$(HOUSE) demo $(ARGS)

test:  ## run all tests (ARGS goes to pytest)
	@$(HOUSE) test $(ARGS)

drill-crash:  ## play deals while processes are killed (ARGS="--deals 20 --kills 40 --seed 7")
	@$(HOUSE) drill $(ARGS)

check:  ## format, lint, types, import contracts, missing migrations, generated pages, settings of production, advisories
	@$(HOUSE) check

bench:  ## measure the trail's cost, the seal's lag and the verifier's speed, each beside its bar
	@$(HOUSE) bench $(ARGS)

drill-tamper:  ## DRILLS=300 random changes behind the house's back, each found and named (SEED=)
	@DRILLS=$${DRILLS:-300} $(HOUSE) test tests/seal/test_drill.py -n 0 -s $(ARGS)

coverage:  ## run tests and count branches; red where a module of the list below is not covered whole (ARGS goes to pytest)
	@$(HOUSE) test --cov --cov-branch --cov-report= $(or $(ARGS),-n auto)
	@.venv/bin/python -m coverage report --skip-covered --include='$(WHOLE)' --fail-under=100

drill-walls:  ## take away each policy, grant, trigger, promise, right and duty: a test has to miss each
	@MUTANTS=all $(HOUSE) test tests/mutants -n 0 -s $(ARGS)

manage:  ## Django's command line (ARGS="shell")
	@$(HOUSE) manage $(ARGS)

prepare:  ## only set up, for running, testing and checking
	@$(HOUSE) prepare

sbom:  ## what the production image installs, as CycloneDX (build/sbom.json)
	@$(HOUSE) sbom

image-steps:  ## run the Dockerfile's steps in a chroot (root, debootstrap)
	@$(PYTHON) deploy/image_steps.py
