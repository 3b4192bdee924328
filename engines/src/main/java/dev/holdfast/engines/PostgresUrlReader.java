package dev.holdfast.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engines.PostgresUrl.Read;
import dev.holdfast.engines.PostgresUrl.Remark;
import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Nearest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one address and says all that is wrong with it and where. Used once. */
final class PostgresUrlReader {
    private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*)://");
    private static final Pattern SHELL = Pattern.compile("^(psql\\s+|(export\\s+)?[A-Z][A-Z0-9_]*=)");
    private static final Pattern KEYWORDS = Pattern.compile("^[a-z_]+\\s*=.*");
    private static final Pattern KEYWORD = Pattern.compile("([a-z_]+)\\s*=\\s*('(?:[^'\\\\]|\\\\.)*'|\\S*)\\s*");
    static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{?\\w+}?|<[^>]*>|\\{\\{.*}}|\\[[A-Za-z_ -]+]");
    private final String text;
    private final List<Remark> remarks = new ArrayList<>();

    PostgresUrlReader(String text) {
        this.text = text;
    }

    Read read() {
        int from = 0;
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) <= ' ') {
            end--;
        }
        while (from < end && text.charAt(from) <= ' ') {
            from++;
        }
        if (from > 0 || end < text.length()) {
            warn("there is white space around the address", "Remove it: not every client does.");
        }
        Matcher shell = SHELL.matcher(text).region(from, end);
        if (shell.lookingAt()) {
            warn("it begins with '" + shell.group().strip() + "', which belongs to a shell", "Give the address alone.");
            from = shell.end();
        }
        if (end - from >= 2 && (text.charAt(from) == '\'' || text.charAt(from) == '"')) {
            if (text.charAt(end - 1) == text.charAt(from)) {
                end--;
            }
            warn("the address is in quotes", "Remove them; in an .env file of Docker they become part of the value.");
            from++;
        }
        if (from >= end) {
            return refused(
                    "there is nothing where an address should be", "Write postgresql://user@host:5432/database.");
        }
        if (text.startsWith("jdbc:", from)) {
            warn("it begins with 'jdbc:', which only Java understands", "Give other clients what follows 'jdbc:'.");
            from += "jdbc:".length();
        }
        Matcher scheme = SCHEME.matcher(text).region(from, end);
        if (!scheme.find()) {
            return KEYWORDS.matcher(text.substring(from, end)).matches() ? keywords(from, end) : schemeless(from, end);
        }
        return scheme(scheme.group(1), from) ? rest(scheme.end(), end) : new Read.Refused(remarks);
    }

    private boolean scheme(String written, int from) {
        String word = written.toLowerCase(Locale.ROOT);
        int plus = word.indexOf('+');
        String base = plus < 0 ? word : word.substring(0, plus);
        if (!base.equals("postgres") && !base.equals("postgresql")) {
            bad(
                    "the scheme at character " + (from + 1) + " is '" + written + "', not postgresql",
                    "Write postgresql:// if this is a PostgreSQL server."
                            + PostgresOptions.guess(base, Set.of("postgresql")));
            return Nearest.to(base, Set.of("postgres", "postgresql")).isPresent();
        }
        if (plus >= 0) {
            warn(
                    "the scheme is '" + written + "', whose '" + word.substring(plus)
                            + "' names a Python driver to SQLAlchemy and nothing to others",
                    "Give other clients postgresql:// in its place.");
        } else if (!word.equals(written)) {
            warn("the scheme is '" + written + "' in capitals", "Write it in lower case: not every client folds it.");
        }
        return true;
    }

    private Read schemeless(int from, int end) {
        boolean slashes = text.startsWith("//", from);
        Matcher colon = Pattern.compile("postgres(ql)?:/*").matcher(text).region(from, end);
        bad("the address has no scheme at character " + (from + 1), "Begin it with postgresql://.");
        return rest(colon.lookingAt() ? colon.end() : slashes ? from + 2 : from, end);
    }

    /** {@code host=… user=…}, as psql takes it. */
    private Read keywords(int from, int end) {
        warn(
                "it is written in keywords (host=…), which only clients of libpq take",
                "Write postgresql://user@host/database.");
        SortedMap<String, String> words = new TreeMap<>();
        Matcher matcher = KEYWORD.matcher(text).region(from, end);
        int at = from;
        while (at < end && matcher.lookingAt() && matcher.end() > at) {
            String value = matcher.group(2);
            if (value.length() >= 2 && value.startsWith("'")) {
                value = value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
            }
            words.put(matcher.group(1), value);
            at = matcher.end();
            matcher.region(at, end);
        }
        if (at < end) {
            return refused(
                    "the keywords cannot be read from character " + (at + 1) + " on",
                    "Put a value with spaces into single quotes.");
        }
        return made("", words, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private Read rest(int from, int end) {
        int stop = first(from, end, "/?#");
        int separator = text.substring(from, stop).lastIndexOf('@');
        if (separator < 0 && isPassword(from, stop, end)) {
            separator = text.substring(from, end).lastIndexOf('@');
            stop = first(from + separator + 1, end, "/?#");
        }
        Optional<String> user = Optional.empty();
        Optional<Redacted> password = Optional.empty();
        int host = from;
        if (separator >= 0) {
            int until = from + separator;
            int colon = text.indexOf(':', from);
            int name = colon < 0 || colon > until ? until : colon;
            inside("user", from, name);
            user = decoded("user", from, name).filter(value -> !value.isEmpty());
            if (name < until) {
                inside("password", name + 1, until);
                password = decoded("password", name + 1, until)
                        .filter(value -> !value.isEmpty())
                        .map(Redacted::new);
            }
            host = until + 1;
        }
        int question = first(stop, end, "?#");
        if (question < end && text.charAt(question) == '#') {
            bad(
                    "character " + (question + 1) + " is a '#', after which clients read nothing or refuse",
                    "Write %23 in its place.");
        }
        Optional<String> database = stop < question
                ? decoded("database", stop + 1, question).filter(name -> !name.isEmpty())
                : Optional.empty();
        database.filter(name -> name.contains("/"))
                .ifPresent(name -> bad(
                        "the database '" + name + "' has a slash in it",
                        "Write one name after the host, and %2F where the slash is meant."));
        SortedMap<String, String> options =
                question < end && text.charAt(question) == '?' ? options(question + 1, end) : new TreeMap<>();
        return made(text.substring(host, stop), options, user, password, database);
    }

    /** Whether what stands before the first slash is no host, but the beginning of a password. */
    private boolean isPassword(int from, int stop, int end) {
        String head = text.substring(from, stop);
        int question = first(stop, end, "?");
        boolean atInPath = text.substring(stop, question).indexOf('@') >= 0;
        boolean portIsNoNumber = head.matches("[^:\\[\\]]*:.*[^0-9,].*")
                && text.substring(stop, end).indexOf('@') >= 0;
        return stop < end && (atInPath || portIsNoNumber);
    }

    private void inside(String what, int from, int until) {
        for (int at = from; at < until; at++) {
            char c = text.charAt(at);
            if (c == '@' || c == '/' || c == '?' || c == '#') {
                bad(
                        "character " + (at + 1) + " is a '" + c + "' inside the " + what,
                        "Write " + escape(c) + " in its place.");
            } else if (c <= ' ' || c >= 0x7f || "\"<>\\^`{|}".indexOf(c) >= 0) {
                warn(
                        "character " + (at + 1) + " inside the " + what + " is one that a URL has to escape",
                        "Write it as %XX, byte by byte of its UTF-8.");
            }
        }
        if (PLACEHOLDER.matcher(text.substring(from, until)).matches()) {
            bad("the " + what + " is a placeholder that nobody filled in", "Put the value in its place.");
        }
    }

    private SortedMap<String, String> options(int from, int end) {
        SortedMap<String, String> options = new TreeMap<>();
        int at = from;
        while (at < end) {
            int next = first(at, end, "&");
            int equals = first(at, next, "=");
            if (next > at) {
                String key = decoded("options", at, equals).orElse("");
                String value =
                        equals < next ? decoded("options", equals + 1, next).orElse("") : "";
                if (options.putIfAbsent(key, value) != null) {
                    warn("the option '" + PostgresOptions.visible(key) + "' is there twice", "Keep one of them.");
                }
                if (equals == next) {
                    warn(
                            "the option '" + PostgresOptions.visible(key) + "' has no value",
                            "Write " + PostgresOptions.visible(key) + "=… or remove it.");
                }
                new PostgresOptions(remarks).look(key, value);
            }
            at = next + 1;
        }
        return options;
    }

    private Read made(
            String hosts,
            SortedMap<String, String> options,
            Optional<String> user,
            Optional<Redacted> password,
            Optional<String> database) {
        SortedMap<String, String> rest = new TreeMap<>(options);
        Optional<String> host =
                Optional.ofNullable(rest.remove("host")).or(() -> Optional.ofNullable(rest.remove("hostaddr")));
        Optional<String> port = Optional.ofNullable(rest.remove("port"));
        Optional<String> optionUser = Optional.ofNullable(rest.remove("user"));
        Optional<Redacted> optionPassword =
                Optional.ofNullable(rest.remove("password")).map(Redacted::new);
        Optional<String> optionDatabase = Optional.ofNullable(rest.remove("dbname"));
        rest.remove("sslpassword");
        Optional<Address> address = new PostgresHost(remarks).address(hosts.isEmpty() ? host.orElse("") : hosts, port);
        if (address.isEmpty()) {
            return new Read.Refused(remarks);
        }
        Optional<String> name = user.or(() -> optionUser);
        if (name.isEmpty()) {
            warn("no user is named, so clients take the name of who runs them", "Write postgresql://user@host.");
        }
        if (database.or(() -> optionDatabase).isEmpty()) {
            warn("no database is named, so clients take one called as the user", "Write it after the host: /database.");
        }
        return new Read.Understood(
                new PostgresUrl(
                        address.get(),
                        name,
                        password.or(() -> optionPassword),
                        database.or(() -> optionDatabase),
                        rest),
                remarks);
    }

    private Optional<String> decoded(String what, int from, int until) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = from;
        while (at < until) {
            char c = text.charAt(at);
            if (c != '%') {
                int point = text.codePointAt(at);
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(point);
            } else if (at + 2 < until
                    && Character.digit(text.charAt(at + 1), 16) >= 0
                    && Character.digit(text.charAt(at + 2), 16) >= 0
                    && text.charAt(at + 1) < 0x80
                    && text.charAt(at + 2) < 0x80) {
                bytes.write(Integer.parseInt(text.substring(at + 1, at + 3), 16));
                at += 3;
            } else {
                bad(
                        "the '%' at character " + (at + 1) + " inside the " + what + " begins no escape",
                        "Write %25 where a percent sign is meant.");
                bytes.write('%');
                at++;
            }
        }
        try {
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
            if (value.indexOf('\0') < 0) {
                return Optional.of(value);
            }
            bad("the " + what + " holds a zero character, which PostgreSQL cannot take", "Remove %00.");
        } catch (CharacterCodingException notText) {
            bad("the escapes inside the " + what + " do not come to UTF-8", "Escape the bytes of its UTF-8.");
        }
        return Optional.empty();
    }

    private int first(int from, int end, String any) {
        for (int at = from; at < end; at++) {
            if (any.indexOf(text.charAt(at)) >= 0) {
                return at;
            }
        }
        return end;
    }

    private static String escape(char c) {
        return String.format(Locale.ROOT, "%%%02X", (int) c);
    }

    private Read refused(String cause, String remedy) {
        bad(cause, remedy);
        return new Read.Refused(remarks);
    }

    private void warn(String cause, String remedy) {
        remarks.add(new Remark(false, cause, remedy));
    }

    private void bad(String cause, String remedy) {
        remarks.add(new Remark(true, cause, remedy));
    }
}
