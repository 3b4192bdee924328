package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.reader.Written.Entry;
import dev.holdfast.reader.Written.Form;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML text to {@link Written}. It works on the parser's events and not on composed nodes: the composer recurses without
 * a limit and expands aliases, and both are refused here before they cost anything.
 */
final class YamlReader {
    private static final int DEEPEST = 50;
    private static final int MOST_NODES = 150_000;
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern DECIMAL = Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    private final String source;
    private final Findings findings;
    private int nodes;

    private YamlReader(String source, Findings findings) {
        this.source = source;
        this.findings = findings;
    }

    /** The one document of the text. Empty where it could not be read to its end; the findings say why. */
    static Optional<Written> read(String source, String text, Findings findings) {
        return new YamlReader(source, findings).document(text);
    }

    private Optional<Written> document(String text) {
        LoadSettings settings =
                LoadSettings.builder().setLabel(source).setUseMarks(true).build();
        try {
            Iterator<Event> events = new Parse(settings).parseString(text).iterator();
            Optional<Written> first = Optional.empty();
            while (events.hasNext()) {
                Event event = events.next();
                if (event.getEventId() == Event.ID.DocumentStart) {
                    if (first.isPresent()) {
                        findings.add(
                                Code.HF1005,
                                position(event),
                                "a second document begins here, and a stack file holds one",
                                "Move it to a file of its own, or remove the line '---'.");
                        return first;
                    }
                    first = Optional.of(node(events.next(), events, 0));
                }
            }
            return first;
        } catch (TooMuch e) {
            return Optional.empty();
        } catch (MarkedYamlEngineException e) {
            Position at =
                    e.getProblemMark().or(e::getContextMark).map(this::position).orElse(new Position(source, 1, 1));
            unreadable(at, String.valueOf(e.getProblem()));
            return Optional.empty();
        } catch (YamlEngineException e) {
            unreadable(new Position(source, 1, 1), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void unreadable(Position at, String problem) {
        String first = problem.lines().findFirst().orElse("").strip();
        if (first.contains("TAB")) {
            findings.add(
                    Code.HF1002, at, "a tab stands where YAML allows only spaces", "Indent with spaces, two a level.");
            return;
        }
        findings.add(
                Code.HF1002,
                at,
                "not readable as YAML: " + Shown.text(first).strip(),
                "Look for a missing colon, quote or bracket, or for wrong indentation, on this line or just before it.");
    }

    private Written node(Event event, Iterator<Event> events, int depth) {
        Position at = position(event);
        if (++nodes > MOST_NODES) {
            throw tooMuch(at, "more than " + MOST_NODES + " values");
        }
        if (depth > DEEPEST) {
            throw tooMuch(at, "values nested more than " + DEEPEST + " levels deep");
        }
        if (event instanceof AliasEvent alias) {
            findings.add(
                    Code.HF1007,
                    at,
                    "the alias '*" + Shown.text(alias.getAlias().getValue()) + "' stands for text written elsewhere",
                    "Write the value out here: a stack file has no anchors and aliases.");
            return new Written.Refused(at);
        }
        if (event instanceof NodeEvent named && named.getAnchor().isPresent()) {
            findings.add(
                    Code.HF1007,
                    at,
                    "the anchor '&" + Shown.text(named.getAnchor().get().getValue()) + "' is not taken in a stack file",
                    "Remove the anchor and write the value out wherever it is needed.");
        }
        boolean tagged = tagged(event, at);
        Written written = switch (event) {
            case ScalarEvent scalar -> new Written.Scalar(scalar.getValue(), form(scalar), at);
            case MappingStartEvent _ -> keys(at, events, depth);
            default -> items(at, events, depth);
        };
        return tagged ? new Written.Refused(at) : written;
    }

    private boolean tagged(Event event, Position at) {
        Optional<String> tag = switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent start -> start.getTag();
            default -> Optional.empty();
        };
        tag.ifPresent(word -> findings.add(
                Code.HF1007,
                at,
                "the tag '" + Shown.text(word) + "' is not taken in a stack file",
                "Remove the tag: the key already says of what type its value is."));
        return tag.isPresent();
    }

    private Written items(Position at, Iterator<Event> events, int depth) {
        List<Written> items = new ArrayList<>();
        for (Event event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
            items.add(node(event, events, depth + 1));
        }
        return new Written.Items(items, at);
    }

    private Written keys(Position at, Iterator<Event> events, int depth) {
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        for (Event event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
            Written key = node(event, events, depth + 1);
            Written value = node(events.next(), events, depth + 1);
            key(key).ifPresent(name -> {
                Entry earlier = entries.get(name);
                if (earlier == null) {
                    entries.put(name, new Entry(key.at(), value));
                } else {
                    findings.add(
                            Code.HF1003,
                            key.at(),
                            "the key '" + Shown.text(name) + "' stands here a second time",
                            "Keep one of the two; the first is at line "
                                    + earlier.key().line() + ".");
                }
            });
        }
        return new Written.Keys(entries, at);
    }

    private Optional<String> key(Written key) {
        switch (key) {
            case Written.Scalar(String text, Form form, Position at) -> {
                if (form == Form.TEXT && text.equals("<<")) {
                    findings.add(
                            Code.HF1007,
                            at,
                            "the merge key '<<' is not taken in a stack file",
                            "Write the merged keys out here.");
                    return Optional.empty();
                }
                if (form == Form.TEXT) {
                    return Optional.of(text);
                }
                findings.add(
                        Code.HF1007,
                        at,
                        "a key is text, and this one is " + key.noun(),
                        form == Form.NOTHING
                                ? "Write a name before the colon."
                                : "Write it in quotes: \"" + Shown.text(text) + "\".");
            }
            case Written.Refused _ -> {}
            case Written.Items _, Written.Keys _ ->
                findings.add(
                        Code.HF1007,
                        key.at(),
                        "a key is text, and this one is " + key.noun(),
                        "Write a name before the colon.");
        }
        return Optional.empty();
    }

    static Form form(ScalarEvent scalar) {
        String text = scalar.getValue();
        if (!scalar.isPlain()) {
            return Form.TEXT;
        }
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> Form.NOTHING;
            case "true", "True", "TRUE", "false", "False", "FALSE" -> Form.TRUTH;
            default -> number(text);
        };
    }

    private static Form number(String text) {
        char first = text.charAt(0);
        if (!(first >= '0' && first <= '9') && "+-.".indexOf(first) < 0) {
            return Form.TEXT;
        }
        if (WHOLE.matcher(text).matches()) {
            return Form.WHOLE;
        }
        return DECIMAL.matcher(text).matches() ? Form.DECIMAL : Form.TEXT;
    }

    private TooMuch tooMuch(Position at, String what) {
        findings.add(
                Code.HF1006,
                at,
                "the file holds " + what,
                "Split the stack into several files; a stack of 1,000 services stays far below this.");
        return new TooMuch();
    }

    private Position position(Event event) {
        return event.getStartMark().map(this::position).orElse(new Position(source, 1, 1));
    }

    private Position position(Mark mark) {
        return new Position(source, mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** Leaves the recursion at once; never seen outside this class. */
    private static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMuch() {
            super("bounded", null, false, false);
        }
    }
}
