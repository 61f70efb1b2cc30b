package io.vmha.monitor.broken;

import io.vmha.monitor.FoundFault;
import io.vmha.monitor.HeldCalls;
import io.vmha.monitor.Isolation;
import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What is wrong with an isolation, and the test of the contract that is there to find it. */
enum IsolationLie {
    NONE("") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug);
        }
    },
    ISOLATES_WHEN_IT_IS_MADE("nothingIsDoneBeforeItIsAsked") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            plug.isPulled = true;
            return new ModelIsolation(plug);
        }
    },
    ISOLATES_WHEN_IT_IS_DESCRIBED("sayingWhatItDoesDoesNothing") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public String describe() {
                    plug.isPulled = true;
                    return "pulled the plug";
                }
            };
        }
    },
    SAYS_NOTHING_OF_ITSELF("itSaysWhatItDoes") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public String describe() {
                    return "";
                }
            };
        }
    },
    CHOOSES_ITS_FAULTS("theVmIsIsolatedWhateverTheFault") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public void isolate(FoundFault fault) throws Exception {
                    if (fault.kind() != GuestFault.SERVICE_DOWN) {
                        super.isolate(fault);
                    }
                }
            };
        }
    },
    RUNS_WHAT_WAS_SEEN("whatWasSeenIsNeverPartOfACommand") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public void isolate(FoundFault fault) throws Exception {
                    String command = "logger '" + fault.watch() + "'; true";
                    if (new ProcessBuilder("sh", "-c", command).start().waitFor() == 0) {
                        super.isolate(fault);
                    }
                }
            };
        }
    },
    RETURNS_TOO_EARLY("aTryReturnsOnlyOnceTheVmIsIsolated") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return fault -> {
                var unused = CompletableFuture.runAsync(
                        () -> plug.isPulled = true, CompletableFuture.delayedExecutor(1, TimeUnit.HOURS));
            };
        }
    },
    SWALLOWS_A_FAILURE("aTryThatFailsThrows") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public void isolate(FoundFault fault) throws InterruptedException {
                    try {
                        plug.pull();
                    } catch (IOException logged) {
                        return;
                    }
                }
            };
        }
    },
    TRIES_ONCE("theVmIsIsolatedByATryAfterOnesThatFailed") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                private boolean isTried;

                @Override
                public void isolate(FoundFault fault) throws Exception {
                    if (isTried) {
                        throw new IllegalStateException("tried before");
                    }
                    isTried = true;
                    super.isolate(fault);
                }
            };
        }
    },
    TAKES_AN_INTERRUPT_FOR_DONE("aTryThatIsInterruptedBeforeItBeginsSaysNothingThatIsNotSo") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public void isolate(FoundFault fault) throws Exception {
                    if (!Thread.currentThread().isInterrupted()) {
                        super.isolate(fault);
                    }
                }
            };
        }
    },
    TAKES_AN_INTERRUPTED_TRY_FOR_DONE("aTryThatIsInterruptedWhileItHangsSaysNothingThatIsNotSo") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public void isolate(FoundFault fault) throws Exception {
                    try {
                        super.isolate(fault);
                    } catch (InterruptedException enough) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
        }
    },
    IS_DEAF_TO_INTERRUPTS("aTryThatHangsEndsOnceItIsInterrupted") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                @Override
                public void isolate(FoundFault fault) throws Exception {
                    plug.gate.ifPresent(HeldCalls::passDeaf);
                    super.isolate(fault);
                }
            };
        }
    },
    WAITS_FOR_WHAT_HUNG_BEFORE("theVmIsIsolatedByATryAfterOnesThatHung") {
        @Override
        Isolation isolation(ModelIsolation.Plug plug) {
            return new ModelIsolation(plug) {
                private volatile boolean isHanging;

                @Override
                public void isolate(FoundFault fault) throws Exception {
                    if (isHanging) {
                        throw new IllegalStateException("a try is under way");
                    }
                    isHanging = plug.gate.isPresent();
                    super.isolate(fault);
                }
            };
        }
    };

    final String caughtBy;

    IsolationLie(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    /** Returns an isolation that is wrong in this way alone. */
    abstract Isolation isolation(ModelIsolation.Plug plug);
}
