package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Operation;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Volume;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how full the images are. All stacks of an image share its room, so before a branch takes the last of it the
 * branches are stopped, and the stacks they were made from get what was kept back.
 */
final class VolumeWatch {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeWatch.class);

    // a disk takes some hundred MiB a second, which is what is left when branches are stopped
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int ANEW = 20;

    private final Stacks stacks;
    private final Map<String, Level> levels = new ConcurrentHashMap<>();
    private final Set<String> stopping = ConcurrentHashMap.newKeySet();

    VolumeWatch(Stacks stacks) {
        this.stacks = stacks;
    }

    private enum Level {
        ROOMY,
        NEARLY_FULL,
        FULL
    }

    /** Looks until the thread is interrupted. */
    Thread watch() {
        return Thread.ofVirtual().name("volumes").start(() -> {
            try {
                while (true) {
                    List<Volume> images = images();
                    for (int i = 0; i < ANEW; i++) {
                        Thread.sleep(images.isEmpty() ? PAUSE.multipliedBy(ANEW) : PAUSE);
                        images.forEach(this::look);
                        if (images.isEmpty()) {
                            break;
                        }
                    }
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private List<Volume> images() {
        try {
            return stacks.parts().places().volumes().list().stream()
                    .filter(volume -> volume.driver().isImage() && volume.isThere())
                    .toList();
        } catch (RuntimeException unreadable) {
            LOG.atWarn().setCause(unreadable).log("the volumes cannot be read");
            return List.of();
        }
    }

    private void look(Volume volume) {
        Level now =
                volume.room().isFull() ? Level.FULL : volume.room().isNearlyFull() ? Level.NEARLY_FULL : Level.ROOMY;
        Level before = Optional.ofNullable(levels.put(volume.name(), now)).orElse(Level.ROOMY);
        if (now == before) {
            if (now == Level.FULL) {
                // one was busy, or has been started since
                stopBranches(volume);
            }
            return;
        }
        new Operation("volume", "holdfast", "room of volume " + volume.name()).run(() -> {
            try {
                changed(volume, before, now);
            } catch (RuntimeException failed) {
                // the next look finds the same change, and tries again
                levels.put(volume.name(), before);
                LOG.atError()
                        .setCause(failed)
                        .addKeyValue("volume", volume.name())
                        .log("the room of a volume could not be seen to");
            }
        });
    }

    private void changed(Volume volume, Level before, Level now) {
        Optional<Problem> alarm = volume.alarm();
        switch (now) {
            case FULL -> {
                tell(volume, alarm.map(Problem::cause).orElse("volume '" + volume.name() + "' is full"));
                stopBranches(volume);
                if (stacks.parts().places().volumes().giveReserve(volume)) {
                    tell(
                            volume,
                            "gave the reserve of volume " + volume.name()
                                    + " to what runs because it is full; the next thing to do is 'holdfast volumes grow "
                                    + volume.name() + " --size SIZE'");
                }
            }
            case NEARLY_FULL -> alarm.ifPresent(problem -> tell(volume, problem.cause() + "; " + problem.remedy()));
            case ROOMY -> {
                boolean kept = stacks.parts().places().volumes().keepReserve(volume);
                tell(
                        volume,
                        "counts volume " + volume.name() + " as roomy again because "
                                + (before == Level.FULL ? "it was full" : "it was nearly full") + " and is not any more"
                                + (kept ? "; its reserve is kept back again" : ""));
            }
        }
    }

    /** Where only the stacks they were made from are left there is nobody to stop. */
    private void stopBranches(Volume volume) {
        for (StackFolder folder : stacks.parts().places().volumes().stacks(volume)) {
            ManagedStack managed = stacks.findOrCreate(folder.name());
            if (managed.live().filter(live -> live.stack().isDerived()).isPresent() && stopping.add(folder.name())) {
                Operation operation = new Operation("volume", "holdfast", "room of volume " + volume.name());
                Thread.ofVirtual()
                        .name("full-" + folder.name())
                        .start(() -> operation.run(() -> stop(managed, volume)));
            }
        }
    }

    private void stop(ManagedStack managed, Volume volume) {
        String because = "volume " + volume.name() + " is full and the stack it was made from needs what is left";
        try {
            new DownOperation(stacks).down(managed.name(), because);
        } catch (HoldfastException busy) {
            // whoever is at work on it is what fills the volume; without engines it fails, and the next look ends the
            // rest
            LOG.atWarn().setCause(busy).addKeyValue("stack", managed.name()).log("a branch on a full volume is busy");
            managed.live().ifPresent(live -> live.supervisor().stopAll(because));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            stopping.remove(managed.name());
        }
    }

    /** In the words of every stack that it concerns. */
    private void tell(Volume volume, String sentence) {
        LOG.atWarn().addKeyValue("volume", volume.name()).log(sentence);
        for (StackFolder folder : stacks.parts().places().volumes().stacks(volume)) {
            stacks.findOrCreate(folder.name()).decisions().add("", sentence);
        }
    }
}
