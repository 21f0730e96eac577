# SPDX-License-Identifier: MIT
# Completion for fish: options as --help lists them, streams as triptych-info lists them.

function __triptych_streams
    triptych-info list --json 2>/dev/null | string replace -rf '^\{"name":"([^"]*)".*' '$1'
end

function __triptych_operands --argument-names program
    switch $program
        case triptych-capture # sources and patterns
            $program --help | string replace -rf '^    ([a-z0-9-]+) +\S.*' 'pattern:$1'
            $program --help | string replace -rf '^  ([a-z0-9]+:)\S* .*' '$1'
        case triptych-info
            string split ' ' 'list show watch clean remove'
            __triptych_streams
        case triptych-v4l2
            __fish_complete_command
        case '*'
            __triptych_streams
    end
end

# Completes PROGRAM's options from its --help: "  -n, --name NAME   text"; a list a|b|c gives the words.
function __triptych_options --argument-names program
    for line in ($program --help 2>/dev/null)
        string match -qr '^  (?:-(?<letter>\S), |    )--(?<name>[a-z0-9-]+)(?:\[=\w+\]| (?<value>\S+))?(?:  +(?<text>.*))?$' -- $line
        or continue
        set -l option -c $program -l $name -d (string replace -r '  +\[' ' [' -- "$text")
        test -n "$letter"; and set -a option -s $letter
        if string match -q '*|*' -- "$value"
            set -a option -x -a (string replace -a '|' ' ' -- $value)
        else if test -n "$value"
            set -a option -r
        end
        complete $option
    end
    complete -c $program -f -a "(__triptych_operands $program)"
end

__triptych_options (status basename | string replace '.fish' '')
