package io.vmha.monitor.broken;

import io.vmha.monitor.report.FaultReporter;
import io.vmha.monitor.report.GuestFault;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** What is wrong with a reporter, and the test of the contract that is there to find it. */
enum ReporterLie {
    NONE("") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center);
        }
    },
    DROPS_A_KIND("aFaultOfEachKindReachesACenter") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return kind == GuestFault.POWERED_OFF
                            ? CompletableFuture.completedFuture(false)
                            : super.report(kind, detail, observedAt);
                }
            };
        }
    },
    TELLS_WHEN_IT_WAS_SENT("aReportSaysWhenTheFaultWasSeen") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return super.report(kind, detail, observedAt.plus(1, ChronoUnit.MINUTES));
                }
            };
        }
    },
    NEVER_SAYS_CONFIRMED("whatACenterConfirmedIsToldAsConfirmed") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return super.report(kind, detail, observedAt).thenApply(confirmed -> false);
                }
            };
        }
    },
    REFUSES_ODD_TEXT("whatWasSeenMayBeAnyText") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    if (detail.length() > 500) {
                        throw new IllegalArgumentException("detail must be 500 characters or less");
                    }
                    return super.report(kind, detail, observedAt);
                }
            };
        }
    },
    WAITS_FOR_EVER("whatNoCenterAnswersIsNotConfirmedAndEnds") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return center.take(center.reports, kind, observedAt);
                }
            };
        }
    },
    TELLS_SENT_AS_CONFIRMED("whatNoCenterAnswersIsNotConfirmedAndEnds") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    var unused = super.report(kind, detail, observedAt);
                    return CompletableFuture.completedFuture(true);
                }
            };
        }
    },
    ENDS_BY_AN_EXCEPTION("whatNoCenterAnswersIsNotConfirmedAndEnds") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return center.take(center.reports, kind, observedAt).orTimeout(1, TimeUnit.SECONDS);
                }
            };
        }
    },
    TAKES_A_REFUSAL_FOR_AN_ANSWER("whatACenterRefusesIsNotConfirmed") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return super.report(kind, detail, observedAt).thenApply(answered -> !center.isSilent);
                }
            };
        }
    },
    WAITS_FOR_THE_ANSWER("aReportReturnsBeforeItsAnswer") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return CompletableFuture.completedFuture(super.report(kind, detail, observedAt)
                            .toCompletableFuture()
                            .join());
                }
            };
        }
    },
    WAITS_AFTER_A_HEARTBEAT("aHeartbeatReturnsWhileNoCenterAnswers") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public void heartbeat() {
                    super.heartbeat();
                    if (center.isSilent) {
                        await(new CountDownLatch(1));
                    }
                }
            };
        }
    },
    SENDS_NO_HEARTBEAT("aHeartbeatReachesACenter") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public void heartbeat() {}
            };
        }
    },
    REPORTS_A_HEARTBEAT("aHeartbeatIsNoReport") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public void heartbeat() {
                    var unused = report(GuestFault.GUEST_HUNG, "not hung", Instant.EPOCH);
                }
            };
        }
    },
    REPORTS_AN_ADVISORY("anAdvisoryIsNeverToldAsAReport") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> advise(GuestFault kind, String detail, Instant observedAt) {
                    return report(kind, detail, observedAt);
                }
            };
        }
    },
    CONFIRMS_AN_ADVISORY_THAT_IT_DROPS("anAdvisoryIsConfirmedWhereACenterGotIt") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> advise(GuestFault kind, String detail, Instant observedAt) {
                    return CompletableFuture.completedFuture(true);
                }
            };
        }
    },
    GIVES_UP_AFTER_A_SILENCE("afterASilenceReportsGetThrough") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                private volatile boolean isDown;

                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    isDown |= center.isSilent;
                    return isDown ? CompletableFuture.completedFuture(false) : super.report(kind, detail, observedAt);
                }
            };
        }
    },
    ONE_REPORT_AT_A_TIME("manyThreadsMayReportAtOnce") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                private final AtomicBoolean isBusy = new AtomicBoolean();

                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    if (isBusy.getAndSet(true)) {
                        throw new IllegalStateException("a report is under way");
                    }
                    return super.report(kind, detail, observedAt)
                            .thenApplyAsync(
                                    confirmed -> {
                                        isBusy.set(false);
                                        return confirmed;
                                    },
                                    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));
                }
            };
        }
    },
    DROPS_WHAT_AN_INTERRUPTED_THREAD_REPORTS("anInterruptLosesNoReportAndStays") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    return Thread.currentThread().isInterrupted()
                            ? CompletableFuture.completedFuture(false)
                            : super.report(kind, detail, observedAt);
                }
            };
        }
    },
    SWALLOWS_AN_INTERRUPT("anInterruptLosesNoReportAndStays") {
        @Override
        FaultReporter reporter(ModelReporter.Center center) {
            return new ModelReporter(center) {
                @Override
                public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
                    boolean unused = Thread.interrupted();
                    return super.report(kind, detail, observedAt);
                }
            };
        }
    };

    final String caughtBy;

    ReporterLie(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    /** Returns a reporter that is wrong in this way alone. */
    abstract FaultReporter reporter(ModelReporter.Center center);

    private static void await(CountDownLatch never) {
        try {
            boolean unused = never.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
