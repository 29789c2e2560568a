# include check
# What is pushed, for us; then the input again for those after us.
bp_input=$(cat)
# include input
[ -n "$bp_input" ] || return 0
set -- pre-push "$bp_state" "$@"
# include run-check
