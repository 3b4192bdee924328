package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.Version;
import dev.holdfast.text.Json;

/** Which Holdfast this is. */
public final class VersionCommand implements Command {
    @Override
    public String name() {
        return "version";
    }

    @Override
    public String summary() {
        return "print the version, the build and the Java it runs on";
    }

    @Override
    public Shape shape() {
        return Shape.of(this);
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String java = Runtime.version().toString();
        String build = session.surroundings().build();
        if (session.isJson()) {
            session.json(Json.object()
                    .put("version", Version.NUMBER)
                    .put("build", build)
                    .put("java", java)
                    .build());
        } else {
            session.line("holdfast " + Version.NUMBER + " (build " + build + ", Java " + java + ")");
        }
        return 0;
    }
}
