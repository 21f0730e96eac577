# SPDX-License-Identifier: MIT
# Completion for bash: options as --help lists them, streams as triptych-info lists them.

_triptych_streams()
{
    triptych-info list --json 2>/dev/null | sed -n 's/^{"name":"\([^"]*\)".*/\1/p'
}

_triptych_sources()
{
    "$1" --help | awk '/^Patterns:/ { pattern = 1; next } /^$/ { pattern = 0 }
                       pattern { print "pattern:" $1 }'
    printf '%s\n' /dev/video* | grep -v '[*]'
    "$1" --help | sed -n 's/^  \([a-z0-9]*:\).*/\1/p'
}

_triptych()
{
    local cur prev words cword
    _init_completion -n : || return
    local program=${1##*/} names=

    case $prev in
    -n | --name)
        COMPREPLY=($(compgen -W "$(_triptych_streams)" -- "$cur"))
        return
        ;;
    -o | --output | --screenshot | --report)
        _filedir
        return
        ;;
    --screenshot-directory)
        _filedir -d
        return
        ;;
    -g | --group)
        COMPREPLY=($(compgen -g -- "$cur"))
        return
        ;;
    esac
    # An option that takes a word of a list: --help has the list as its argument, a|b|c.
    if [[ $prev == --* ]]; then
        names=$("$1" --help | sed -n "s/^.* $prev \([a-z0-9|]*|[a-z0-9|]*\) .*/\1/p" | tr '|' ' ')
    fi
    if [[ $program == triptych-capture && $prev == @(-f|--format) ]]; then
        names=$("$1" --help | sed -n '/^Formats:/,/^$/{s/^Formats://;p}')
    fi
    if [[ -z $names ]]; then
        case $cur in
        -*)
            names=$(_parse_help "$1")
            ;;
        *)
            case $program in
            triptych-capture) names=$(_triptych_sources "$1") ;;
            triptych-v4l2) names=$(compgen -c -- "$cur") ;;
            triptych-info) names="list show watch clean remove $(_triptych_streams)" ;;
            *) names=$(_triptych_streams) ;;
            esac
            ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$names" -- "$cur"))
    [[ ${COMPREPLY-} == *: ]] && compopt -o nospace
    __ltrim_colon_completions "$cur"
}

complete -F _triptych triptych-capture triptych-convert triptych-display triptych-dump triptych-info triptych-v4l2
