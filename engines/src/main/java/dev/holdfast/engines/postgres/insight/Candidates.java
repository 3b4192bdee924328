package dev.holdfast.engines.postgres.insight;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The columns an index for one full read of a table could have, as the plan's own conditions name them. */
record Candidates(PlanNode scan, Set<List<String>> keys) {
    private static final Pattern COMPARISON = Pattern.compile("^(.+?) (=|<|>|<=|>=|= ANY) (.+)$", Pattern.DOTALL);
    private static final Pattern IS_EMPTY = Pattern.compile("^(.+?) IS NULL$");
    private static final String COLUMN = "(?:\"(?:[^\"]|\"\")+\"|[a-z_][a-z0-9_$]*)";
    private static final int MOST_KEYS = 3;

    /** Of every table that the plan reads from end to end. */
    static List<Candidates> of(PlanNode plan) {
        List<Candidates> all = new ArrayList<>();
        for (PlanNode node : plan.all()) {
            if (node.isFullRead()) {
                Set<List<String>> keys = keys(node, plan);
                if (!keys.isEmpty()) {
                    all.add(new Candidates(node, keys));
                }
            }
        }
        return all;
    }

    private static Set<List<String>> keys(PlanNode scan, PlanNode plan) {
        String alias = scan.text("Alias");
        Set<String> equal = new LinkedHashSet<>();
        Set<String> ranged = new LinkedHashSet<>();
        for (String condition : conditions(scan.text("Filter"))) {
            compared(condition, alias).ifPresent(found -> (found.isEqual() ? equal : ranged).add(found.key()));
        }
        Set<String> joined = new LinkedHashSet<>();
        Set<String> sorted = new LinkedHashSet<>();
        for (PlanNode node : plan.all()) {
            for (String key : List.of("Hash Cond", "Merge Cond", "Join Filter")) {
                for (String condition : conditions(node.text(key))) {
                    side(condition, alias).ifPresent(joined::add);
                }
            }
            for (String key : node.texts("Sort Key")) {
                column(key.replaceFirst("( DESC| ASC)?( NULLS (FIRST|LAST))?$", ""), alias)
                        .ifPresent(sorted::add);
            }
        }
        Set<List<String>> all = new LinkedHashSet<>();
        add(all, equal);
        for (String range : ranged) {
            add(all, with(equal, range));
            add(all, Set.of(range));
        }
        for (String join : joined) {
            add(all, Set.of(join));
            add(all, with(equal, join));
        }
        for (String sort : sorted) {
            add(all, with(equal, sort));
        }
        for (String one : equal) {
            add(all, Set.of(one));
        }
        return all;
    }

    private static Set<String> with(Set<String> first, String last) {
        Set<String> keys = new LinkedHashSet<>(first);
        keys.add(last);
        return keys;
    }

    private static void add(Set<List<String>> all, Set<String> keys) {
        if (!keys.isEmpty() && keys.size() <= MOST_KEYS) {
            all.add(List.copyOf(keys));
        }
    }

    private record Compared(String key, boolean isEqual) {}

    private static Optional<Compared> compared(String condition, String alias) {
        Matcher empty = IS_EMPTY.matcher(condition);
        if (empty.matches()) {
            return column(empty.group(1), alias).map(key -> new Compared(key, true));
        }
        Matcher matcher = COMPARISON.matcher(condition);
        if (!matcher.matches() || names(matcher.group(3), alias)) {
            return Optional.empty();
        }
        boolean isEqual = matcher.group(2).startsWith("=");
        return column(matcher.group(1), alias)
                .or(() -> isEqual ? expression(matcher.group(1), alias) : Optional.empty())
                .map(key -> new Compared(key, isEqual));
    }

    /** The column of that table in a comparison of two tables. */
    private static Optional<String> side(String condition, String alias) {
        Matcher matcher = COMPARISON.matcher(condition);
        if (!matcher.matches() || !matcher.group(2).equals("=")) {
            return Optional.empty();
        }
        return column(matcher.group(1), alias).or(() -> column(matcher.group(3), alias));
    }

    /** A plain column, whatever it is cast to: PostgreSQL writes varchar columns as (name)::text. */
    private static Optional<String> column(String text, String alias) {
        String bare = unwrapped(text.strip()).replaceFirst("::[a-z_ \\[\\]0-9().]+$", "");
        Matcher matcher = Pattern.compile(qualifier(alias) + "(" + COLUMN + ")").matcher(unwrapped(bare));
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** A function of the row, such as lower(name). The server refuses it as an index where it may not be one. */
    private static Optional<String> expression(String text, String alias) {
        String bare = unwrapped(text.strip());
        if (!bare.matches("(?s)[a-z_.]+\\(.*\\)") || !names(bare, alias)) {
            return Optional.empty();
        }
        return Optional.of("(" + bare.replaceAll("(?<![\\w\"])" + qualifier(alias) + "(?=" + COLUMN + ")", "") + ")");
    }

    /** Whether the row itself is named, outside of quoted values. */
    private static boolean names(String text, String alias) {
        String bare = text.replaceAll("'(?:[^']|'')*'", "''");
        return Pattern.compile("(?<![\\w\"])" + qualifier(alias) + COLUMN)
                .matcher(bare)
                .find();
    }

    private static String qualifier(String alias) {
        return Pattern.quote(Said.quoted(alias)) + "\\.";
    }

    /** What is joined by AND at the outside, each without the brackets around it. */
    static List<String> conditions(String filter) {
        List<String> parts = new ArrayList<>();
        String text = unwrapped(filter.strip());
        int depth = 0;
        boolean isQuoted = false;
        int begin = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\'') {
                isQuoted = !isQuoted;
            } else if (!isQuoted && c == '(') {
                depth++;
            } else if (!isQuoted && c == ')') {
                depth--;
            } else if (!isQuoted && depth == 0 && text.startsWith(" AND ", at)) {
                parts.add(unwrapped(text.substring(begin, at).strip()));
                begin = at + " AND ".length();
            }
        }
        if (!text.isEmpty()) {
            parts.add(unwrapped(text.substring(begin).strip()));
        }
        return parts;
    }

    /** Without the pair of brackets that holds all of it. */
    private static String unwrapped(String text) {
        if (!text.startsWith("(") || !text.endsWith(")")) {
            return text;
        }
        int depth = 0;
        boolean isQuoted = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\'') {
                isQuoted = !isQuoted;
            } else if (!isQuoted && c == '(') {
                depth++;
            } else if (!isQuoted && c == ')' && --depth == 0 && at < text.length() - 1) {
                return text;
            }
        }
        return unwrapped(text.substring(1, text.length() - 1));
    }
}
