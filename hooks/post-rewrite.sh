# "old new" of each commit that was rewritten, for those who follow lines through a rebase; then the input again for
# the hooks after us.
bp_input=$(cat)
# include input
[ -z "$bp_input" ] || printf '%s\n' "$bp_input" 2>/dev/null >>"$bp_state/rewritten"
# include start
