bp_original=${0%/*}/blameprompt-original/@HOOK@
if [ -x "$bp_original" ]; then
  bp_input=$(cat)
# include input
  "$bp_original" "$@" || exit $?
# include input
fi
