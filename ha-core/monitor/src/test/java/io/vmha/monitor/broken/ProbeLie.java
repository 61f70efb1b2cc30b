package io.vmha.monitor.broken;

import io.vmha.monitor.Probe;
import io.vmha.monitor.ProbeResult;
import io.vmha.monitor.report.GuestFault;
import java.io.FileInputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** What is wrong with a probe, and the test of the contract that is there to find it. */
enum ProbeLie {
    NONE("") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target);
        }
    },
    WARNS_OF_WHAT_IS_WELL("whatIsWellIsToldAsHealthy") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return () -> ProbeResult.warning("one never knows");
        }
    },
    KNOWS_ONE_THREAD("aFaultThatIsOverIsToldNoMore") {
        @Override
        Probe probe(ModelProbe.Target target) {
            ThreadLocal<Boolean> isMine = ThreadLocal.withInitial(() -> false);
            return new ModelProbe(target) {
                private boolean isTaken;

                @Override
                public ProbeResult check() throws Exception {
                    if (isTaken && !isMine.get()) {
                        throw new IllegalStateException("another thread");
                    }
                    isTaken = true;
                    isMine.set(true);
                    return super.check();
                }
            };
        }
    },
    TELLS_ANOTHER_KIND("aFaultIsToldByItsKind") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return () -> target.fails ? ProbeResult.failed(GuestFault.GUEST_HUNG, "broken") : ProbeResult.healthy("");
        }
    },
    SAYS_NOTHING_OF_IT("aFaultSaysWhatWasSeen") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return () -> target.fails ? ProbeResult.failed(GuestFault.IO_ERROR, " ") : ProbeResult.healthy("well");
        }
    },
    TELLS_A_FAULT_ONCE("aFaultIsToldByEachLookWhileItLasts") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target) {
                private boolean isTold;

                @Override
                public ProbeResult check() throws Exception {
                    ProbeResult seen = isTold ? ProbeResult.unknown("told before") : super.check();
                    isTold |= seen instanceof ProbeResult.Failed;
                    return seen;
                }
            };
        }
    },
    REMEMBERS_ITS_FIRST_LOOK("aFaultThatBeginsAfterALookIsSeenByTheNext") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return remembering(target, result -> true);
        }
    },
    REMEMBERS_A_FAULT("aFaultThatIsOverIsToldNoMore") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return remembering(target, ProbeResult.Failed.class::isInstance);
        }
    },
    BLAMES_WHAT_IT_CANNOT_SEE("whatCannotBeSeenIsUnknown") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return () -> target.isHidden ? ProbeResult.failed(GuestFault.IO_ERROR, "gone") : ProbeResult.healthy("");
        }
    },
    TAKES_WHAT_IT_CANNOT_SEE_FOR_WELL("whatCannotBeSeenIsUnknown") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return () -> ProbeResult.healthy("nothing is wrong that is seen");
        }
    },
    RETURNS_NULL_FOR_WHAT_IT_CANNOT_SEE("whatCannotBeSeenIsUnknown") {
        @Override
        Probe probe(ModelProbe.Target target) {
            // The absent result is the fault here.
            return () -> Optional.of(ProbeResult.healthy(""))
                    .filter(seen -> !target.isHidden)
                    .orElse(null);
        }
    },
    DIES_OF_WHAT_IT_CANNOT_SEE("whatCannotBeSeenIsUnknown") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return () -> {
                throw new LinkageError("a class that only some systems have");
            };
        }
    },
    BLAMES_AN_INTERRUPT("anInterruptIsNoFault") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target) {
                @Override
                public ProbeResult check() {
                    return Thread.interrupted()
                            ? ProbeResult.failed(GuestFault.GUEST_HUNG, "interrupted")
                            : ProbeResult.healthy("well");
                }
            };
        }
    },
    IS_DEAF_TO_INTERRUPTS("aLookThatHangsEndsOnceItIsInterrupted") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target) {
                @Override
                public ProbeResult check() throws Exception {
                    target.gate.ifPresent(gate -> gate.passDeaf());
                    return super.check();
                }
            };
        }
    },
    TAKES_A_HANG_FOR_WELL("aLookThatHangsEndsOnceItIsInterrupted") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target) {
                @Override
                public ProbeResult check() throws Exception {
                    try {
                        return super.check();
                    } catch (InterruptedException enough) {
                        return ProbeResult.healthy("nothing was said against it");
                    }
                }
            };
        }
    },
    GIVES_UP_AFTER_AN_INTERRUPT("aLookAfterOneThatHungIsAsGoodAsAny") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target) {
                private boolean isBroken;

                @Override
                public ProbeResult check() throws Exception {
                    boolean hung = target.gate.isPresent();
                    ProbeResult seen =
                            isBroken ? ProbeResult.unknown("the connection is closed") : ProbeResult.healthy("");
                    isBroken |= hung;
                    return hung ? super.check() : seen;
                }
            };
        }
    },
    EXPLAINS_SILENCE_AFTER_THE_LOOK("silenceIsExplainedWhileTheLookStillHangs") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target) {
                @Override
                public synchronized ProbeResult check() throws Exception {
                    return super.check();
                }

                @Override
                public synchronized ProbeResult silence(Duration soFar) {
                    return super.silence(soFar);
                }
            };
        }
    },
    TAKES_SILENCE_FOR_WELL("silenceIsExplainedWhileTheLookStillHangs") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return new ModelProbe(target) {
                @Override
                public ProbeResult silence(Duration soFar) {
                    return ProbeResult.healthy("no news is good news");
                }
            };
        }
    },
    LEAVES_A_THREAD_BEHIND("looksLeaveNoThreadBehind") {
        @Override
        Probe probe(ModelProbe.Target target) {
            CountDownLatch never = new CountDownLatch(1);
            return () -> {
                Thread watchdog = new Thread(
                        () -> LockSupport.parkNanos(never, Duration.ofMinutes(1).toNanos()));
                watchdog.setDaemon(true);
                watchdog.start();
                return ProbeResult.healthy("well");
            };
        }
    },
    LEAVES_A_PROGRAM_RUNNING("looksLeaveNoProgramRunning") {
        @Override
        Probe probe(ModelProbe.Target target) {
            return () -> {
                Process unused = new ProcessBuilder("sleep", "20").start();
                return ProbeResult.healthy("well");
            };
        }
    },
    LEAVES_A_FILE_OPEN("looksLeaveNoFileOpen") {
        @Override
        Probe probe(ModelProbe.Target target) {
            ConcurrentLinkedQueue<FileInputStream> open = new ConcurrentLinkedQueue<>();
            return () -> {
                open.add(new FileInputStream("/dev/null"));
                return ProbeResult.healthy("well");
            };
        }
    };

    final String caughtBy;

    ProbeLie(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    /** Returns a probe that is wrong in this way alone. */
    abstract Probe probe(ModelProbe.Target target);

    private static Probe remembering(ModelProbe.Target target, Predicate<ProbeResult> worthIt) {
        return new ModelProbe(target) {
            private Optional<ProbeResult> first = Optional.empty();

            @Override
            public ProbeResult check() throws Exception {
                ProbeResult seen = first.isPresent() ? first.get() : super.check();
                first = Optional.of(seen).filter(worthIt);
                return seen;
            }
        };
    }
}
