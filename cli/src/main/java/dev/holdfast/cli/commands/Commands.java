package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Command;
import java.util.List;
import java.util.Optional;

/** The list of all commands: a new one is its class and a line in each of the two switches. */
public final class Commands {
    /** In the order of a day's work, which is that of the help. */
    private static final List<Group> GROUPS = List.of(
            new Group("Run", List.of("up", "down", "restart", "suspend", "wake", "stacks")),
            new Group("Look", List.of("status", "ps", "logs", "why", "insight", "drift", "doctor")),
            new Group("Branch", List.of("branch")),
            new Group("Use", List.of("connect", "env", "rotate")),
            new Group("Change", List.of("validate", "plan", "apply", "migrate")),
            new Group("Save", List.of("backup", "restore", "promote")),
            new Group("Account", List.of("tenant", "audit", "mask")),
            new Group("Carry elsewhere", List.of("render", "schema")),
            new Group("Machine", List.of("engines", "volumes", "daemon", "completion", "version", "help")));

    private Commands() {}

    /** Commands that belong together. */
    public record Group(String title, List<String> names) {}

    public static List<Group> groups() {
        return GROUPS;
    }

    public static List<String> names() {
        return GROUPS.stream().flatMap(group -> group.names().stream()).toList();
    }

    /** The command of that name; only its own class is loaded. */
    public static Optional<Command> find(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "apply" -> new ApplyCommand();
                    case "audit" -> new AuditCommand();
                    case "backup" -> new BackupCommand();
                    case "branch" -> new BranchCommand();
                    case "completion" -> new CompletionCommand();
                    case "connect" -> new ConnectCommand();
                    case "daemon" -> new DaemonCommand();
                    case "doctor" -> new DoctorCommand();
                    case "down" -> new DownCommand();
                    case "drift" -> new DriftCommand();
                    case "engines" -> new EnginesCommand();
                    case "env" -> new EnvCommand();
                    case "help" -> new HelpCommand();
                    case "insight" -> new InsightCommand();
                    case "logs" -> new LogsCommand();
                    case "mask" -> new MaskCommand();
                    case "migrate" -> new MigrateCommand();
                    case "plan" -> new PlanCommand();
                    case "promote" -> new PromoteCommand();
                    case "ps" -> new PsCommand();
                    case "render" -> new RenderCommand();
                    case "restore" -> new RestoreCommand();
                    case "restart" -> new RestartCommand();
                    case "rotate" -> new RotateCommand();
                    case "schema" -> new SchemaCommand();
                    case "stacks" -> new StacksCommand();
                    case "status" -> new StatusCommand();
                    case "suspend" -> new SuspendCommand();
                    case "tenant" -> new TenantCommand();
                    case "up" -> new UpCommand();
                    case "validate" -> new ValidateCommand();
                    case "version" -> new VersionCommand();
                    case "volumes" -> new VolumesCommand();
                    case "wake" -> new WakeCommand();
                    case "why" -> new WhyCommand();
                    default -> null;
                });
    }
}
