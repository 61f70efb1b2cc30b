package io.vmha.testkit.broken;

import io.vmha.center.schedule.CenterScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Schedulers that are each broken in one way, around one that keeps the contract. */
final class LyingSchedulers {

    /** Does all as the real one does. */
    private static class Around implements CenterScheduler {
        final CenterScheduler real;

        Around(CenterScheduler real) {
            this.real = real;
        }

        @Override
        public Instant now() {
            return real.now();
        }

        @Override
        public Duration uptime() {
            return real.uptime();
        }

        @Override
        public void execute(Runnable task) {
            real.execute(task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return real.schedule(delay, task);
        }

        @Override
        public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
            real.call(blocking, then);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    static final List<BrokenPart<CenterScheduler>> ALL = List.of(
            new BrokenPart<>(
                    "runs a task twice",
                    "tasksRunOnceEachInTheOrderInWhichTheyWereHandedOver",
                    real -> new Around(real) {
                        @Override
                        public void execute(Runnable task) {
                            real.execute(task);
                            real.execute(task);
                        }
                    }),
            new BrokenPart<>(
                    "runs a scheduled task again and again",
                    "aTaskRunsOnceWhenItsDelayIsOverAndNotBefore",
                    real -> new Around(real) {
                        @Override
                        public Cancellable schedule(Duration delay, Runnable task) {
                            return real.schedule(delay, () -> {
                                task.run();
                                Cancellable unused = real.schedule(Duration.ofMillis(1), task);
                            });
                        }
                    }),
            new BrokenPart<>(
                    "runs what is handed over at once",
                    "aTaskThatIsHandedOverOnTheLoopRunsAfterTheOneThatDoesIt",
                    real -> new Around(real) {
                        @Override
                        public void execute(Runnable task) {
                            task.run();
                        }
                    }),
            new BrokenPart<>(
                    "runs tasks wherever there is a thread",
                    "tasksOfManyThreadsRunOneAtATimeAndEachThreadsInOrder",
                    real -> new Around(real) {
                        @Override
                        public void execute(Runnable task) {
                            real.call(task, thrown -> {});
                        }
                    }),
            new BrokenPart<>(
                    "runs a task a little early",
                    "aTaskRunsOnceWhenItsDelayIsOverAndNotBefore",
                    real -> new Around(real) {
                        @Override
                        public Cancellable schedule(Duration delay, Runnable task) {
                            return real.schedule(delay.dividedBy(2), task);
                        }
                    }),
            new BrokenPart<>(
                    "runs tasks in the order in which they were handed over, whenever they fall due",
                    "tasksRunInTheOrderInWhichTheyFallDue",
                    real -> new Around(real) {
                        private Duration last = Duration.ZERO;

                        @Override
                        public synchronized Cancellable schedule(Duration delay, Runnable task) {
                            Duration due = real.uptime().plus(delay);
                            last = due.compareTo(last) > 0 ? due : last.plusMillis(1);
                            return real.schedule(last.minus(real.uptime()), task);
                        }
                    }),
            new BrokenPart<>("does not cancel", "aTaskThatIsCancelledDoesNotRunAndOthersDo", real -> new Around(real) {
                @Override
                public Cancellable schedule(Duration delay, Runnable task) {
                    Cancellable unused = real.schedule(delay, task);
                    return () -> {};
                }
            }),
            new BrokenPart<>(
                    "cancels all that wait with one",
                    "aTaskThatIsCancelledDoesNotRunAndOthersDo",
                    real -> new Around(real) {
                        private final List<Cancellable> all = new CopyOnWriteArrayList<>();

                        @Override
                        public Cancellable schedule(Duration delay, Runnable task) {
                            all.add(real.schedule(delay, task));
                            return () -> all.forEach(Cancellable::cancel);
                        }
                    }),
            new BrokenPart<>(
                    "cancels the last one for one that ran",
                    "cancellingATaskThatRanChangesNothing",
                    real -> new Around(real) {
                        private volatile Cancellable last = () -> {};

                        @Override
                        public Cancellable schedule(Duration delay, Runnable task) {
                            last = real.schedule(delay, task);
                            return () -> last.cancel();
                        }
                    }),
            new BrokenPart<>(
                    "ends with the first task that throws",
                    "whatATaskThrowsKeepsNoOtherFromRunning",
                    real -> new Around(real) {
                        private volatile boolean ended;

                        @Override
                        public void execute(Runnable task) {
                            real.execute(() -> {
                                if (ended) {
                                    return;
                                }
                                try {
                                    task.run();
                                } catch (RuntimeException | Error thrown) {
                                    ended = true;
                                }
                            });
                        }
                    }),
            new BrokenPart<>("loses an error of a call", "whatACallThrewIsToldOnce", real -> new Around(real) {
                @Override
                public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
                    real.call(blocking, thrown -> {
                        if (thrown.filter(Error.class::isInstance).isEmpty()) {
                            then.accept(thrown);
                        }
                    });
                }
            }),
            new BrokenPart<>("tells that all calls went well", "whatACallThrewIsToldOnce", real -> new Around(real) {
                @Override
                public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
                    real.call(blocking, thrown -> then.accept(Optional.empty()));
                }
            }),
            new BrokenPart<>(
                    "ends a call off the loop", "aCallDoesNotEndWithinTheTaskThatMakesIt", real -> new Around(real) {
                        @Override
                        public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
                            real.call(
                                    () -> {
                                        blocking.run();
                                        then.accept(Optional.empty());
                                    },
                                    thrown -> {});
                        }
                    }),
            new BrokenPart<>(
                    "makes calls on the loop",
                    "aCallThatHangsHoldsUpNeitherTheLoopNorOtherCalls",
                    real -> new Around(real) {
                        @Override
                        public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
                            real.execute(() -> {
                                blocking.run();
                                then.accept(Optional.empty());
                            });
                        }
                    }),
            new BrokenPart<>(
                    "goes on after it was closed", "whatHadNotRunWhenItWasClosedNeverRuns", real -> new Around(real) {
                        @Override
                        public void close() {}
                    }),
            new BrokenPart<>(
                    "runs what is handed over once it is closed",
                    "whatIsHandedOverOnceItIsClosedIsRefusedOrDropped",
                    real -> new Around(real) {
                        @Override
                        public void execute(Runnable task) {
                            try {
                                real.execute(task);
                            } catch (RejectedExecutionException closed) {
                                task.run();
                            }
                        }
                    }),
            new BrokenPart<>(
                    "does not know the time",
                    "itTellsATimeThatDoesNotGoBackwardsUnlessItIsSet",
                    real -> new Around(real) {
                        @Override
                        @SuppressWarnings("NullAway")
                        public Instant now() {
                            return null;
                        }
                    }),
            new BrokenPart<>(
                    "has a clock that goes backwards",
                    "itTellsATimeThatDoesNotGoBackwardsUnlessItIsSet",
                    real -> new Around(real) {
                        @Override
                        public Instant now() {
                            return Instant.EPOCH.minus(real.uptime());
                        }
                    }),
            new BrokenPart<>(
                    "counts its uptime by the clock on the wall",
                    "theUptimeGrowsWithTimeAndIsNotSetWithTheClock",
                    real -> new Around(real) {
                        private final Instant begun = real.now();

                        @Override
                        public Duration uptime() {
                            return Duration.between(begun, real.now());
                        }
                    }),
            new BrokenPart<>(
                    "waits for the clock on the wall",
                    "aDelayIsNotChangedByTheClockThatIsSetMeanwhile",
                    real -> new Around(real) {
                        @Override
                        public Cancellable schedule(Duration delay, Runnable task) {
                            return look(real.now().plus(delay), task);
                        }

                        private Cancellable look(Instant due, Runnable task) {
                            return real.schedule(Duration.ofMillis(1), () -> {
                                if (real.now().isBefore(due)) {
                                    Cancellable unused = look(due, task);
                                } else {
                                    task.run();
                                }
                            });
                        }
                    }));

    private LyingSchedulers() {}
}
