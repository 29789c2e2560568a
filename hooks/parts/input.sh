if [ -n "$bp_input" ]; then
  exec <<BLAMEPROMPT_INPUT
$bp_input
BLAMEPROMPT_INPUT
else
  exec </dev/null
fi
