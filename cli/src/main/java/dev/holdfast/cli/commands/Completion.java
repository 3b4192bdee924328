package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Usage;
import dev.holdfast.cli.text.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Completion scripts, generated from the commands themselves. Names of stacks come from their folders, so that pressing the
 * tab key starts no Java and no daemon.
 */
final class Completion {
    private static final String STACKS = """
            _holdfast_data() {
              if [ -n "${HOLDFAST_HOME-}" ]; then echo "$HOLDFAST_HOME/data"; else echo "${XDG_DATA_HOME:-$HOME/.local/share}/holdfast"; fi
            }
            _holdfast_stacks() { command ls "$(_holdfast_data)/stacks" 2>/dev/null; }
            _holdfast_members() { (cd "$(_holdfast_data)/stacks" 2>/dev/null && command ls -d */config/*/ 2>/dev/null | sed 's,/$,,; s,.*/,,' | sort -u); }
            _holdfast_both() { { _holdfast_services; _holdfast_members; } | sort -u; }
            _holdfast_services() { _holdfast_members | sed 's/-[0-9][0-9]*$//' | sort -u; }
            """;

    private Completion() {}

    static String bash() {
        StringBuilder script = new StringBuilder("# bash completion of holdfast\n").append(STACKS);
        script.append("""
                _holdfast() {
                  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' words='' i
                  for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${COMP_WORDS[i]} in -o | --output) i=$((i + 1)) ;; -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac
                  done
                  case "$command $previous" in
                    ' -o' | ' --output') words='text json' ;;
                """);
        for (String name : Commands.names()) {
            for (OptionSpec option : spec(name).options()) {
                String values = values(option);
                if (!values.isEmpty()) {
                    List<String> patterns = new ArrayList<>();
                    for (String word : option.names()) {
                        patterns.add("'" + name + " " + word + "'");
                    }
                    script.append("    ")
                            .append(String.join(" | ", patterns))
                            .append(") words=\"")
                            .append(values)
                            .append("\" ;;\n");
                }
            }
        }
        script.append("    *)\n      case $command in\n");
        script.append("        '') words='")
                .append(String.join(" ", Commands.names()))
                .append("' ;;\n");
        for (String name : Commands.names()) {
            script.append("        ")
                    .append(name)
                    .append(") case $current in -*) words='")
                    .append(options(spec(name)))
                    .append("' ;; *) words=\"")
                    .append(words(spec(name)))
                    .append("\" ;; esac ;;\n");
        }
        script.append("""
                      esac ;;
                  esac
                  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
                }
                complete -o default -F _holdfast holdfast ./holdfast
                """);
        return script.toString();
    }

    /** The same function: zsh runs bash's completion functions once asked to. */
    static String zsh() {
        return "# zsh completion of holdfast\nautoload -U +X compinit && compinit -u\n"
                + "autoload -U +X bashcompinit && bashcompinit\n"
                + bash().replace(
                                "mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")",
                                "COMPREPLY=(${(f)\"$(compgen -W \"$words\" -- \"$current\")\"})");
    }

    static String fish() {
        StringBuilder script = new StringBuilder("# fish completion of holdfast\n");
        script.append("""
                function __holdfast_folder
                  if set -q HOLDFAST_HOME; set -f data $HOLDFAST_HOME/data
                  else if set -q XDG_DATA_HOME; set -f data $XDG_DATA_HOME/holdfast
                  else; set -f data $HOME/.local/share/holdfast; end
                  echo $data/stacks
                end
                function __holdfast_stacks; command ls (__holdfast_folder) 2>/dev/null; end
                function __holdfast_members; find (__holdfast_folder)/*/config -mindepth 1 -maxdepth 1 2>/dev/null | sed 's,.*/,,' | sort -u; end
                function __holdfast_both; begin; __holdfast_services; __holdfast_members; end | sort -u; end
                function __holdfast_services; __holdfast_members | sed 's/-[0-9][0-9]*$//' | sort -u; end
                """);
        for (String name : Commands.names()) {
            CommandSpec spec = spec(name);
            String summary = spec.usageMessage().description()[0];
            script.append("complete -c holdfast -n __fish_use_subcommand -f -a ")
                    .append(name);
            script.append(" -d ").append(Quoting.shell(summary)).append('\n');
            String condition = "complete -c holdfast -n '__fish_seen_subcommand_from " + name + "'";
            for (OptionSpec option : spec.options()) {
                script.append(condition);
                for (String word : option.names()) {
                    script.append(word.startsWith("--") ? " -l " + word.substring(2) : " -s " + word.substring(1));
                }
                script.append(option.arity().max() > 0 ? " -r" : "");
                String values = fishValues(option);
                script.append(values.isEmpty() ? "" : " -f -a '" + values + "'");
                script.append(" -d ")
                        .append(Quoting.shell(option.description()[0]))
                        .append('\n');
            }
            for (PositionalParamSpec positional : spec.positionalParameters()) {
                String values = fishValues(positional);
                if (!values.isEmpty()) {
                    script.append(condition).append(" -f -a '").append(values).append("'\n");
                }
            }
        }
        return script.toString();
    }

    private static CommandSpec spec(String name) {
        Command command = Commands.find(name).orElseThrow();
        return Usage.complete(command);
    }

    private static String words(CommandSpec spec) {
        List<String> words = new ArrayList<>();
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            String values = values(positional);
            if (!values.isEmpty()) {
                words.add(values);
            }
        }
        return String.join(" ", words);
    }

    private static String options(CommandSpec spec) {
        return String.join(
                " ", spec.options().stream().map(OptionSpec::longestName).toList());
    }

    private static String values(ArgSpec argument) {
        return named(argument).map(kind -> "$(_holdfast_" + kind + ")").orElseGet(() -> candidates(argument));
    }

    private static String fishValues(ArgSpec argument) {
        return named(argument).map(kind -> "(__holdfast_" + kind + ")").orElseGet(() -> candidates(argument));
    }

    /** What is looked up when the key is pressed. */
    private static Optional<String> named(ArgSpec argument) {
        return switch (argument.paramLabel()) {
            case "STACK", "STACK|FILE|DIR" -> Optional.of("stacks");
            case "SERVICE" -> Optional.of("services");
            case "MEMBER" -> Optional.of("members");
            case "SERVICE|MEMBER" -> Optional.of("both");
            default -> Optional.empty();
        };
    }

    private static String candidates(ArgSpec argument) {
        Iterable<String> candidates = argument.completionCandidates();
        return candidates == null ? "" : String.join(" ", candidates);
    }
}
