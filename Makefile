# Every target sets up what it needs first; see fms_agency/house/. Words for the command: make test ARGS="-k ledger"
PYTHON ?= python3
HOUSE = $(PYTHON) fms_agency/house/bootstrap.py
PORT ?=
# Every branch of these is covered (T35: money, states and gate, permissions, trail and seal, outbox). The list only
# grows: `*` takes in whatever joins a folder.
WHOLE = approvals/*.py approvals/models/*.py workflow/*.py workflow/database/*.py workflow/models/*.py \
  workflow/seal/*.py ledger/*.py \
  cases/actions.py cases/adviser.py cases/content.py cases/cost_method.py cases/journals.py cases/notices.py \
  cases/payments.py cases/pricing.py cases/rates.py cases/rules.py cases/schedule.py cases/waivers.py cases/models/*.py \
  exports/notices.py exports/rules.py exports/screening.py exports/models/*.py \
  notifications/*.py notifications/models/*.py \
  partners/access.py partners/desks.py partners/handling.py partners/middleware.py partners/need_to_know.py \
  partners/policies.py partners/rates.py
# The log is none of these, and half of it lives in processes of its own (tests/edges).
BESIDE = workflow/logs.py
# Browsers, each row of each address, hunts for mutants: they walk again what other tests walk, and would take an hour
# more under measure.
LONG = $(addprefix tests/,browser isolation mutants seal/test_drill.py)
COMMA = ,
SPACE = $() $()
# pytest says itself what was not walked, since it has the last word (tests/walked.py).
MEASURED = --cov --cov-branch --cov-report= -p tests.walked --beside='$(BESIDE)' \
  --whole='$(subst $(SPACE),$(COMMA),$(strip $(WHOLE)))'
# Of all files together, in per cent, statements and branches. It only grows.
LEAST = 98
ARGS ?=
export PORT

.DEFAULT_GOAL := help
.PHONY: help run stop demo test coverage long check bench drill-tamper drill-walls drill-crash manage prepare sbom image-steps

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

bench:  ## measure trail, seal, walls, approvals and prices, each beside its bar (ARGS=pricing: one of them)
	@$(HOUSE) bench $(ARGS)

drill-tamper:  ## DRILLS=300 random changes behind the house's back, each found and named (SEED=)
	@DRILLS=$${DRILLS:-300} $(HOUSE) test tests/seal/test_drill.py -n 0 -s $(ARGS)

coverage:  ## run all but the long tests; red where a branch of money, gate, rights, trail or outbox, or over 2 % of all, is not walked
	@$(HOUSE) test $(MEASURED) $(or $(ARGS),--cov-fail-under=$(LEAST) -n auto --dist worksteal $(addprefix --ignore=,$(LONG)))

long:  ## run the long tests, which coverage leaves out; both together are all tests
	@$(HOUSE) test $(or $(ARGS),-n auto --dist worksteal $(LONG))

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
