blameprompt_enterprise() {
  bp_git=${GIT_DIR:-.git}
  [ -d "$bp_git" ] || bp_git=$(git rev-parse --git-dir 2>/dev/null) || return 0
  if [ -f "$bp_git/commondir" ]; then
    IFS= read -r bp_common <"$bp_git/commondir" || :
    case $bp_common in
      /* | ?:*) bp_git=$bp_common ;;
      *) bp_git=$bp_git/$bp_common ;;
    esac
  fi
  bp_state=$bp_git/blameprompt
  [ ! -r "$bp_state/hooks/@HOOK@.sh" ] || . "$bp_state/hooks/@HOOK@.sh"
}
blameprompt_enterprise "$@" || exit 1
