package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import java.nio.file.Path;

/** A daemon that starts a member and dies at once. */
final class StartMain {
    private StartMain() {}

    public static void main(String[] arguments) {
        Workload workload = Fixture.workload(arguments[1], Fixture.IDLE);
        LocalStack stack = Fixture.in(Path.of(arguments[0])).open(workload);
        stack.prepare(workload);
        System.out.println(stack.start(workload).engine());
        System.out.flush();
        Processes.signal(Processes.identify(ProcessHandle.current().pid()).orElseThrow(), Unix.SIGKILL);
    }
}
