package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.engines.Engines;
import dev.holdfast.reader.StackSchema;

/** What an editor needs to complete a stack file. */
public final class SchemaCommand implements Command {
    @Override
    public String name() {
        return "schema";
    }

    @Override
    public String summary() {
        return "print the JSON Schema of stack files, from which editors complete";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .footer(
                        "For an editor with the YAML language server, put this on the first line of the stack file:",
                        "  # yaml-language-server: $schema=stack.schema.json");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        session.text(StackSchema.json(Engines.register()));
        return 0;
    }
}
