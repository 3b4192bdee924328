package dev.holdfast.targets.local.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What the file system says of one file, in one question. A link is not followed. */
record Attributes(int mode, int uid, int gid, int links, long inode, long size, FileTime modified) {
    private static final int KIND = 0170000;

    static Attributes of(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(
                path, "unix:mode,uid,gid,nlink,ino,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        return new Attributes(
                (int) number(all, "mode"),
                (int) number(all, "uid"),
                (int) number(all, "gid"),
                (int) number(all, "nlink"),
                number(all, "ino"),
                number(all, "size"),
                (FileTime) Objects.requireNonNull(all.get("lastModifiedTime")));
    }

    boolean isRegular() {
        return (mode & KIND) == 0100000;
    }

    boolean isLink() {
        return (mode & KIND) == 0120000;
    }

    int permissions() {
        return mode & 07777;
    }

    boolean hasOwnerOf(Attributes other) {
        return uid == other.uid && gid == other.gid;
    }

    /** The {@code user.} ones with what each holds: some engines keep what they know of a file there. */
    static Map<String, ByteBuffer> extended(Path file) throws IOException {
        if (!Kernel.hasAttributes(file)) {
            return Map.of();
        }
        UserDefinedFileAttributeView view = view(file);
        Map<String, ByteBuffer> all = new TreeMap<>();
        for (String name : view.list()) {
            ByteBuffer value = ByteBuffer.allocate(view.size(name));
            view.read(name, value);
            all.put(name, value.flip());
        }
        return all;
    }

    static void extend(Path file, Map<String, ByteBuffer> with) throws IOException {
        for (Map.Entry<String, ByteBuffer> each : with.entrySet()) {
            view(file).write(each.getKey(), each.getValue());
        }
    }

    private static UserDefinedFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static long number(Map<String, Object> all, String name) {
        return ((Number) Objects.requireNonNull(all.get(name))).longValue();
    }
}
