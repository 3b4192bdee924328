package dev.holdfast.engines.neo4j;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * One numbered file.
 *
 * @param version as the file's name writes it, {@code 3} or {@code 2.1}
 */
record Neo4jScript(Path path, String version, String description, String text) {
    private static final Pattern SCHEMA = Pattern.compile(
            "(CREATE(\\s+OR\\s+REPLACE)?|DROP)\\s+(\\w+\\s+)?(INDEX|CONSTRAINT)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern ALONE = Pattern.compile(
            ".*\\bIN\\s+(\\d+\\s+CONCURRENT\\s+)?TRANSACTIONS\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    String label() {
        return "V" + version;
    }

    String name() {
        return String.valueOf(path.getFileName());
    }

    /** Line ends do not count. */
    String checksum() {
        CRC32 sum = new CRC32();
        sum.update(text.replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }

    /**
     * Whether its statements cannot share a transaction: Neo4j lets none change the graph and its schema, and some begin
     * transactions of their own.
     */
    boolean isStepwise() {
        return statements().stream().anyMatch(statement -> isSchema(statement) || isAlone(statement));
    }

    static boolean isSchema(String statement) {
        return SCHEMA.matcher(bare(statement)).matches();
    }

    static boolean isAlone(String statement) {
        return ALONE.matcher(bare(statement)).matches();
    }

    /** Without the comments before the first word. */
    private static String bare(String statement) {
        return statement.replaceFirst("(?s)^(\\s|//[^\\n]*(\\n|$)|/\\*.*?\\*/)*", "");
    }

    /** Its statements, which semicolons separate, without those that are empty. */
    List<String> statements() {
        List<String> statements = new ArrayList<>();
        int begin = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'' || c == '"' || c == '`') {
                at = afterQuote(c, at + 1);
            } else if (text.startsWith("//", at)) {
                at = after("\n", at);
            } else if (text.startsWith("/*", at)) {
                at = after("*/", at + 2);
            } else {
                if (c == ';') {
                    statements.add(text.substring(begin, at));
                    begin = at + 1;
                }
                at++;
            }
        }
        statements.add(text.substring(begin));
        return statements.stream()
                .map(String::strip)
                .filter(statement -> !bare(statement).isBlank())
                .toList();
    }

    private int afterQuote(char quote, int from) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\\' && quote != '`') {
                at++;
            } else if (c == quote) {
                return at + 1;
            }
            at++;
        }
        return text.length();
    }

    private int after(String end, int from) {
        int found = text.indexOf(end, from);
        return found < 0 ? text.length() : found + end.length();
    }

    /** By number, part by part. */
    static int compare(String one, String other) {
        long[] left = parts(one);
        long[] right = parts(other);
        return Arrays.compare(left, right);
    }

    private static long[] parts(String version) {
        return Arrays.stream(version.split("[._]", -1))
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
