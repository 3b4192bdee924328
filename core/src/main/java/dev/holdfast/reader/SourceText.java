package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Bytes to text that is safe to parse: bounded, UTF-8, and free of characters that do not show. */
final class SourceText {
    static final int MOST_BYTES = 1 << 20;

    private SourceText() {}

    static String read(Path file, String source) {
        Position start = new Position(source, 1, 1);
        try (InputStream in = Files.newInputStream(file)) {
            // one byte more than may be there, so that a device or a growing file cannot fill the memory
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            return decoded(bytes, source);
        } catch (NoSuchFileException _) {
            throw new HoldfastException(Problem.of(
                            Code.HF1018,
                            "there is no file '" + Shown.text(source) + "'",
                            "Name a stack file, or run the command in a folder that has a stack.yaml.")
                    .at(start));
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                                    Code.HF1018,
                                    "the file '" + Shown.text(source) + "' cannot be read: "
                                            + e.getClass().getSimpleName(),
                                    "Check that it is a file and that you may read it.")
                            .at(start),
                    e);
        }
    }

    static String decoded(byte[] bytes, String source) {
        if (bytes.length > MOST_BYTES) {
            throw new HoldfastException(tooBig(source));
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer text = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), text, true);
        text.flip();
        if (result.isError()) {
            String before = text.toString();
            int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
            Position at = new Position(source, line, before.length() - before.lastIndexOf('\n'));
            throw new HoldfastException(
                    Problem.of(Code.HF1004, "the file is not UTF-8 from here on", "Save it as UTF-8.")
                            .at(at));
        }
        return text.toString();
    }

    /** Adds a problem for each character that must not stand in a stack file, and says whether there was none. */
    static boolean isClean(String source, String text, Findings findings) {
        if (text.length() > MOST_BYTES) {
            findings.add(tooBig(source));
            return false;
        }
        int before = findings.count();
        int line = 1;
        int column = 0;
        for (int i = 0; i < text.length() && !findings.isFull(); ) {
            int point = text.codePointAt(i);
            column++;
            if (point == 0xFEFF) {
                findings.add(
                        Code.HF1004,
                        new Position(source, line, column),
                        "a byte order mark stands here",
                        "Save the file as UTF-8 without a byte order mark.");
            } else if (!isTaken(point)) {
                findings.add(
                        Code.HF1004,
                        new Position(source, line, column),
                        "the character U+" + String.format(Locale.ROOT, "%04X", point) + " is not text",
                        "Remove it: a stack file holds printable characters only.");
            }
            if (point == '\n') {
                line++;
                column = 0;
            }
            i += Character.charCount(point);
        }
        return findings.count() == before;
    }

    /** The printable set of YAML without the two line ends that editors do not count, U+0085 and U+2028. */
    private static boolean isTaken(int point) {
        return point == '\n'
                || point == '\r'
                || point == '\t'
                || (point >= 0x20 && point <= 0x7E)
                || (point >= 0xA0 && point <= 0xD7FF && point != 0x2028 && point != 0x2029)
                || (point >= 0xE000 && point <= 0xFFFD)
                || point >= 0x10000;
    }

    private static Problem tooBig(String source) {
        return Problem.of(
                        Code.HF1006,
                        "the file is larger than 1 MiB",
                        "Split the stack into several files; a stack of 1,000 services stays far below this.")
                .at(new Position(source, 1, 1));
    }
}
