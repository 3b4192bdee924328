package dev.holdfast.engines.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A user of Redis as one line of {@code ACL LIST} says it, with what has no order sorted. {@code passwords} are SHA-256
 * hashes; {@code selectors} holds whole parentheses.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/">Redis: ACL</a>
 */
record RedisUser(
        String name,
        boolean on,
        boolean withoutPassword,
        SortedSet<String> passwords,
        SortedSet<String> keys,
        SortedSet<String> channels,
        String commands,
        SortedSet<String> selectors) {
    /**
     * The mark of a user made by Holdfast. An ACL has no place for a comment, so the mark is a selector (an alternative
     * set of rights) that permits no command at all: it changes nothing and survives {@code ACL SAVE}.
     */
    static final String MARK = "(%R~holdfast:managed resetchannels -@all)";

    RedisUser {
        passwords = Collections.unmodifiableSortedSet(new TreeSet<>(passwords));
        keys = Collections.unmodifiableSortedSet(new TreeSet<>(keys));
        channels = Collections.unmodifiableSortedSet(new TreeSet<>(channels));
        selectors = Collections.unmodifiableSortedSet(new TreeSet<>(selectors));
    }

    /** Reads a line such as {@code user app on sanitize-payload #ab… ~* resetchannels -@all +@read}. */
    static RedisUser parsed(String line) {
        List<String> words = words(line);
        boolean on = false;
        boolean withoutPassword = false;
        SortedSet<String> passwords = new TreeSet<>();
        SortedSet<String> keys = new TreeSet<>();
        SortedSet<String> channels = new TreeSet<>();
        SortedSet<String> selectors = new TreeSet<>();
        List<String> commands = new ArrayList<>();
        for (String word : words.subList(2, words.size())) {
            switch (word) {
                case "on" -> on = true;
                case "off" -> on = false;
                case "nopass" -> withoutPassword = true;
                case "allkeys" -> keys.add("~*");
                case "allchannels" -> channels.add("&*");
                case "allcommands" -> commands.add("+@all");
                case "nocommands" -> commands.add("-@all");
                case "resetchannels", "sanitize-payload", "skip-sanitize-payload", "resetkeys", "resetpass" -> {}
                default -> {
                    switch (word.charAt(0)) {
                        case '#' -> passwords.add(word.substring(1));
                        case '~', '%' -> keys.add(word);
                        case '&' -> channels.add(word);
                        case '(' -> selectors.add(word);
                        default -> commands.add(word);
                    }
                }
            }
        }
        return new RedisUser(
                words.get(1), on, withoutPassword, passwords, keys, channels, String.join(" ", commands), selectors);
    }

    boolean isManaged() {
        return selectors.contains(MARK);
    }

    /** Whether the two may do the same, whatever their passwords. */
    boolean hasRightsOf(RedisUser other) {
        return on == other.on
                && keys.equals(other.keys)
                && channels.equals(other.channels)
                && commands.equals(other.commands)
                && selectors.equals(other.selectors);
    }

    boolean hasPasswordsOf(RedisUser other) {
        return withoutPassword == other.withoutPassword && passwords.equals(other.passwords);
    }

    /** The rules that make this user from an empty one; {@code password} stands where the hashes would. */
    String rules(List<String> password) {
        return String.join(
                " ",
                Stream.of(
                                Stream.of(on ? "on" : "off"),
                                password.stream(),
                                keys.stream(),
                                channels.isEmpty() ? Stream.of("resetchannels") : channels.stream(),
                                Stream.of(commands.isEmpty() ? "-@all" : commands),
                                selectors.stream())
                        .flatMap(part -> part)
                        .toList());
    }

    /** Splits at spaces, a parenthesis being one word. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int depth = 0;
        for (int at = 0; at < line.length(); at++) {
            char c = line.charAt(at);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ' ' && depth == 0) {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                    word.setLength(0);
                }
            } else {
                word.append(c);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }
}
