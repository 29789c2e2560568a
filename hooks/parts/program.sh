# Programs with windows start hooks with next to no PATH, so node and our program are named with their whole paths.
bp_node=@NODE@
bp_program=@PROGRAM@
[ -x "$bp_node" ] || bp_node=$(command -v node) || bp_node=
if [ -n "$bp_node" ] && [ -f "$bp_program" ]; then
  set -- "$bp_node" "$bp_program" enterprise hook "$@"
elif command -v blameprompt-enterprise >/dev/null; then
  set -- blameprompt-enterprise enterprise hook "$@"
else
  set --
fi
