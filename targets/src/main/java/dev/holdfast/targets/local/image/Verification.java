package dev.holdfast.targets.local.image;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares folders with their manifests, reading each file once however many images hold it. */
final class Verification {
    private final Map<Object, String> sums = new HashMap<>();
    private final List<Damage> found = new ArrayList<>();

    List<Damage> found() {
        return List.copyOf(found);
    }

    void check(String image, Path tree, Manifest manifest) throws IOException {
        Set<String> known = new HashSet<>();
        for (Manifest.Entry entry : manifest.entries()) {
            known.add(entry.path());
            Path file = tree.resolve(entry.path());
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                found.add(new Damage(image, file, Damage.Kind.MISSING, ""));
                continue;
            }
            String difference = difference(file, entry);
            if (!difference.isEmpty()) {
                found.add(new Damage(image, file, Damage.Kind.CHANGED, difference));
            }
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!known.contains(tree.relativize(file).toString())) {
                    found.add(new Damage(image, file, Damage.Kind.UNEXPECTED, ""));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    void archive(String image, Path archive) throws IOException {
        if (!ClassArchive.isWhole(archive)) {
            found.add(new Damage(image, archive, Damage.Kind.CHANGED, "has another SHA-256 than when it was made"));
        }
    }

    private String difference(Path file, Manifest.Entry entry) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return switch (entry) {
            case Manifest.Entry.Folder folder -> attributes.isDirectory() ? "" : "is no folder";
            case Manifest.Entry.Link link -> {
                String target = attributes.isSymbolicLink()
                        ? Files.readSymbolicLink(file).toString()
                        : "no link";
                yield target.equals(link.target()) ? "" : "links to " + target + " instead of " + link.target();
            }
            case Manifest.Entry.Plain plain -> {
                if (!attributes.isRegularFile()) {
                    yield "is no regular file";
                }
                if (attributes.size() != plain.bytes()) {
                    yield "has " + attributes.size() + " bytes instead of " + plain.bytes();
                }
                if (Files.isExecutable(file) != plain.executable()) {
                    yield plain.executable() ? "is not executable" : "is executable";
                }
                yield sum(file, attributes).equals(plain.sha256()) ? "" : "has another SHA-256 than " + plain.sha256();
            }
        };
    }

    private String sum(Path file, BasicFileAttributes attributes) throws IOException {
        Object key = attributes.fileKey();
        if (key == null) {
            return Folders.sha256(file);
        }
        String known = sums.get(key);
        if (known == null) {
            known = Folders.sha256(file);
            sums.put(key, known);
        }
        return known;
    }
}
