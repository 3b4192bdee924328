package dev.holdfast.daemon.http;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads one request and believes nothing: what is not exactly understood is refused, and no length is trusted. */
final class RequestReader {
    private final ReadableByteChannel channel;
    private final Limits limits;
    private final ByteBuffer head;

    RequestReader(ReadableByteChannel channel, Limits limits) {
        this.channel = channel;
        this.limits = limits;
        this.head = ByteBuffer.allocate(limits.headBytes());
    }

    sealed interface Outcome {
        record Read(Request request) implements Outcome {}

        record Refused(int status, String cause) implements Outcome {}

        /** The client closed without having said anything. */
        record Silent() implements Outcome {}
    }

    Outcome read() throws IOException {
        int end = readHead();
        if (end == 0) {
            return head.position() == 0
                    ? new Outcome.Silent()
                    : refused(400, "the connection was closed inside the head of the request");
        }
        if (end < 0) {
            return refused(431, "the head of the request is longer than " + limits.headBytes() + " bytes");
        }
        String[] lines = new String(head.array(), 0, end, StandardCharsets.ISO_8859_1).split("\r?\n", -1);
        String[] first = lines[0].split(" ", -1);
        if (first.length != 3 || !first[2].startsWith("HTTP/1.") || !first[1].startsWith("/")) {
            return refused(400, "the first line is not an HTTP/1.1 request");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            String name = colon < 1 ? "" : lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            if (!name.matches("[!#-'*+.^-z|~-]+")) {
                return refused(400, "a header line is not one");
            }
            if (headers.put(name, lines[i].substring(colon + 1).strip()) != null && name.startsWith("content-")) {
                return refused(400, "the header '" + name + "' stands twice");
            }
        }
        if (headers.containsKey("transfer-encoding")) {
            return refused(411, "a body must come with its length");
        }
        String length = headers.getOrDefault("content-length", "0");
        if (!length.matches("[0-9]{1,10}")) {
            return refused(400, "the length of the body is not a number");
        }
        if (Long.parseLong(length) > limits.bodyBytes()) {
            return refused(413, "the body is longer than " + limits.bodyBytes() + " bytes");
        }
        return body(first[0], first[1], end, (int) Long.parseLong(length));
    }

    private Outcome body(String method, String target, int headEnd, int length) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(length);
        int already = head.position() - headEnd;
        if (already > length) {
            return refused(400, "more came than the length of the body said");
        }
        body.put(head.array(), headEnd, already);
        while (body.hasRemaining()) {
            if (channel.read(body) < 0) {
                return refused(400, "the connection was closed inside the body of the request");
            }
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(body.flip()).toString();
            int question = target.indexOf('?');
            return new Outcome.Read(new Request(
                    method,
                    segments(question < 0 ? target : target.substring(0, question)),
                    query(question < 0 ? "" : target.substring(question + 1)),
                    text));
        } catch (CharacterCodingException notUtf8) {
            return refused(400, "the body is not UTF-8");
        } catch (IllegalArgumentException badEscape) {
            return refused(400, "the path has a broken % escape");
        }
    }

    /** Reads until the empty line and returns the offset behind it; 0 at the end of input, below 0 when it is too long. */
    private int readHead() throws IOException {
        int searched = 0;
        while (true) {
            for (; searched < head.position(); searched++) {
                if (head.get(searched) == '\n' && endsHead(searched)) {
                    return searched + 1;
                }
            }
            if (!head.hasRemaining()) {
                return -1;
            }
            if (channel.read(head) < 0) {
                return 0;
            }
        }
    }

    private boolean endsHead(int lineEnd) {
        int before = lineEnd - 1;
        if (before >= 0 && head.get(before) == '\r') {
            before--;
        }
        return before >= 0 && head.get(before) == '\n';
    }

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(1).split("/", -1)) {
            // a plus is a plus in a path; the decoder is one for forms
            segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
        }
        return segments;
    }

    private static Map<String, String> query(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                parameters.put(
                        URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8),
                        equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    private static Outcome refused(int status, String cause) {
        return new Outcome.Refused(status, cause);
    }
}
