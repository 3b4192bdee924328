package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.secret.Safe;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Volumes;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Where stacks live on this machine. */
public interface Places {
    /** The folder of all state of that stack; it need not exist. Refuses a name that is not one plain word. */
    Path folder(String stack);

    /** The same folder with all its parts. */
    StackFolder stack(String stack);

    /** Where the data of stacks lives. */
    Volumes volumes();

    /** The stacks that have a folder. */
    List<String> names();

    /** Takes the place of that stack; nobody else has it until the site is closed. */
    Site open(Stack stack, Source source);

    /** Gives the second stack, which nobody has open, the secrets that the first one keeps for these services. */
    void lendSecrets(String from, String to, Set<String> services);

    /** The secrets of a stack, whoever has it open. */
    Safe safe(String stack);

    /** Sees to it that the programs are on this machine; may take minutes and the network. */
    void fetch(Collection<Programs> programs, Progress progress);

    /** Told how far a fetch is; {@code total} is 0 where nobody knows. */
    interface Progress {
        void at(String what, long done, long total);
    }
}
