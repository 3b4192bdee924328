package dev.holdfast.apply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Several things at once on virtual threads, with the current {@link Operation} in each and a deadline over all. */
public final class Tasks {
    private Tasks() {}

    /**
     * The results in the order of the tasks. The first failure cancels the rest and is thrown; so is the deadline, as a
     * {@link TimeoutException}. No task runs any more once this has returned, unless it ignores interruption.
     */
    public static <T> List<T> all(List<? extends Callable<T>> tasks, Duration deadline)
            throws InterruptedException, TimeoutException {
        Operation operation = Operation.current();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        try {
            ExecutorCompletionService<T> completion = new ExecutorCompletionService<>(executor);
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> task : tasks) {
                futures.add(completion.submit(() -> operation.call(task::call)));
            }
            long end = System.nanoTime() + deadline.toNanos();
            for (int finished = 0; finished < futures.size(); finished++) {
                Future<T> next = completion.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    throw new TimeoutException("not done within " + deadline.toMillis() + " ms");
                }
                result(next);
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.resultNow());
            }
            return results;
        } finally {
            // not close(): that would wait without a deadline for a task that ignores interruption
            executor.shutdownNow();
        }
    }

    private static <T> void result(Future<T> future) throws InterruptedException {
        try {
            future.get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case RuntimeException problem -> throw problem;
                case Error error -> throw error;
                case InterruptedException interrupted -> throw interrupted;
                case null, default -> throw new IllegalStateException(failed.getCause());
            }
        }
    }
}
