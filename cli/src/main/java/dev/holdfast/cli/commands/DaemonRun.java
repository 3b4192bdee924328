package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Surroundings;
import dev.holdfast.daemon.DaemonMain;

/** The daemon in this process; apart from the command, so that asking for its status loads nothing of it. */
final class DaemonRun {
    private DaemonRun() {}

    /** Returns when the daemon was asked to end. */
    static int inThisProcess(Surroundings surroundings) {
        try {
            DaemonMain.run(surroundings.environment(), Daemon.build(surroundings));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }
}
