#compdef triptych-capture triptych-convert triptych-display triptych-dump triptych-info triptych-v4l2
# SPDX-License-Identifier: MIT
# Completion for zsh: options as --help lists them, streams as triptych-info lists them.

_triptych_streams()
{
    local -a names
    names=(${(f)"$(triptych-info list --json 2>/dev/null | sed -n 's/^{"name":"\([^"]*\)".*/\1/p')"})
    compadd -a names
}

_triptych_sources()
{
    local -a patterns sources
    patterns=(${(f)"$($words[1] --help | sed -n 's/^    \([a-z0-9-]*\)  *[^ ].*/pattern:\1/p')"})
    sources=(${(f)"$($words[1] --help | sed -n 's/^  \([a-z0-9]*:\)[^ ]* .*/\1/p')"})
    compadd -a patterns
    compadd -S '' -a sources
    _files
}

_triptych_commands()
{
    compadd list show watch clean remove
    _triptych_streams
}

case $service in
triptych-capture) _arguments '*:source:_triptych_sources' -- ;;
triptych-info) _arguments '*:command:_triptych_commands' -- ;;
triptych-v4l2) _arguments '*::program:_normal' -- ;;
*) _arguments '*:stream:_triptych_streams' -- ;;
esac
