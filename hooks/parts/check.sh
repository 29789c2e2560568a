case ${BLAMEPROMPT_SKIP:-0} in
  0) ;;
  *)
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) @HOOK@: not checked, BLAMEPROMPT_SKIP is set" 2>/dev/null >>"$bp_state/hook.log"
    return 0
    ;;
esac
if [ -f "$bp_state/problem" ]; then
  IFS= read -r bp_line <"$bp_state/problem" || :
  rm -f "$bp_state/problem"
  printf 'blameprompt: %s\n' "$bp_line" >&2
fi
[ -f "$bp_state/bundle.json" ] || return 0
