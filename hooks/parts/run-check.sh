# include program
# 10 is a no. Anything else but 0 says that we could not look, which is no reason to stop anybody.
bp_status=127
if [ $# != 0 ]; then
  printf '%s\n' "$bp_input" | "$@" >&2 2>>"$bp_state/hook.log"
  bp_status=$?
fi
case $bp_status in
  0) return 0 ;;
  10) return 1 ;;
esac
[ -f "$bp_state/failed" ] ||
  printf '%s\n' "blameprompt: not checked, blameprompt-enterprise could not run (status $bp_status, see $bp_state/hook.log). To mend: blameprompt enterprise hooks install" >&2
: 2>/dev/null >"$bp_state/failed" || :
