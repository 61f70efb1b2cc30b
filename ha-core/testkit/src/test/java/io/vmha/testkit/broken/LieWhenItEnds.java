package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Adapters that go on where they have to end: when they are closed, when a call's time is over, when its thread is interrupted. */
enum LieWhenItEnds implements BrokenAdapter {
    LATE_CALL_DONE_WHEN_IT_IS_CLOSED("whatCameTooLateIsNotDoneWhenItIsClosed", platform -> new RemoteAdapter(platform) {
        private final Queue<VmId> late = new ConcurrentLinkedQueue<>();

        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            if (call.remaining().isZero()) {
                late.add(vm);
            }
            super.powerOff(vm, grace, call);
        }

        @Override
        public void close() {
            late.forEach(vm -> super.powerOff(vm, Duration.ZERO, later()));
            late.clear();
            super.close();
        }
    }),
    DOES_WHAT_IT_REFUSES_ONCE_IT_IS_CLOSED("aClosedAdapterDoesNothing", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            platform.pastTheAdapter().powerOff(vm, grace, call);
            super.powerOff(vm, grace, call);
        }
    }),
    READS_ONCE_IT_IS_CLOSED("aClosedAdapterDoesNothing", platform -> new RemoteAdapter(platform) {
        @Override
        public MachineReading read(VmId vm, CallContext call) {
            try {
                return super.read(vm, call);
            } catch (IllegalStateException closed) {
                return platform.pastTheAdapter().read(vm, call);
            }
        }
    }),
    REALLOCATES_ONCE_IT_IS_CLOSED("aClosedAdapterDoesNothing", platform -> new RemoteAdapter(platform) {
        @Override
        public void reallocate(VmId vm, Resources allocation, CallContext call) {
            try {
                super.reallocate(vm, allocation, call);
            } catch (IllegalStateException closed) {
                platform.pastTheAdapter().reallocate(vm, allocation, call);
            }
        }
    }),
    MIGRATES_ONCE_IT_IS_CLOSED("aClosedAdapterDoesNothing", platform -> new RemoteAdapter(platform) {
        @Override
        public void migrate(VmId vm, HostId target, CallContext call) {
            try {
                super.migrate(vm, target, call);
            } catch (IllegalStateException closed) {
                platform.pastTheAdapter().migrate(vm, target, call);
            }
        }
    }),
    TELLS_ITS_CLOSING_AS_A_FAILURE_OF_THE_PLATFORM(
            "aClosedAdapterDoesNothing", platform -> new RemoteAdapter(platform) {
                @Override
                public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
                    try {
                        super.cloneFromTemplate(template, vm, host, call);
                    } catch (IllegalStateException closed) {
                        throw new AdapterException.Transient(Cause.UNREACHABLE, "no connection", closed);
                    }
                }
            }),
    INTERRUPT_OF_A_REALLOCATION_SWALLOWED(
            "anInterruptedReallocationEndsInAnAnswerAndTheThreadStaysInterrupted",
            platform -> new RemoteAdapter(platform) {
                @Override
                public void reallocate(VmId vm, Resources allocation, CallContext call) {
                    boolean unused = Thread.interrupted();
                    super.reallocate(vm, allocation, call);
                }
            }),
    INTERRUPT_OF_A_MIGRATION_SWALLOWED(
            "anInterruptedMigrationEndsInAnAnswerAndTheThreadStaysInterrupted",
            platform -> new RemoteAdapter(platform) {
                @Override
                public void migrate(VmId vm, HostId target, CallContext call) {
                    try {
                        super.migrate(vm, target, call);
                    } finally {
                        boolean unused = Thread.interrupted();
                    }
                }
            }),
    INTERRUPTED_MIGRATION_DONE_AND_TOLD_AS_NOT_BEGUN(
            "anInterruptedMigrationEndsInAnAnswerAndTheThreadStaysInterrupted",
            platform -> new RemoteAdapter(platform) {
                @Override
                public void migrate(VmId vm, HostId target, CallContext call) {
                    platform.pastTheAdapter().migrate(vm, target, call);
                    if (Thread.currentThread().isInterrupted()) {
                        throw new AdapterException.Transient(Cause.TIMEOUT, "interrupted");
                    }
                }
            }),
    INTERRUPT_OF_A_START_SWALLOWED(
            "anInterruptedStartEndsInAnAnswerAndTheThreadStaysInterrupted", platform -> new RemoteAdapter(platform) {
                @Override
                public void powerOn(VmId vm, HostId host, CallContext call) {
                    boolean unused = Thread.interrupted();
                    super.powerOn(vm, host, call);
                }
            }),
    INTERRUPTED_START_TOLD_AS_DONE(
            "anInterruptedStartEndsInAnAnswerAndTheThreadStaysInterrupted", platform -> new RemoteAdapter(platform) {
                @Override
                public void powerOn(VmId vm, HostId host, CallContext call) {
                    if (!Thread.currentThread().isInterrupted()) {
                        super.powerOn(vm, host, call);
                    }
                }
            }),
    INTERRUPT_OF_A_CLONE_SWALLOWED(
            "anInterruptedCloneEndsInAnAnswerAndTheThreadStaysInterrupted", platform -> new RemoteAdapter(platform) {
                @Override
                public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
                    boolean unused = Thread.interrupted();
                    super.cloneFromTemplate(template, vm, host, call);
                }
            }),
    GOES_ON_WAITING_WHEN_IT_IS_INTERRUPTED(
            "anInterruptEndsTheWaitForAHostThatHangs", platform -> new RemoteAdapter(platform) {
                @Override
                <T> T waitFor(Future<T> answer, CallContext call) throws ExecutionException, TimeoutException {
                    boolean wasInterrupted = Thread.interrupted();
                    try {
                        while (true) {
                            try {
                                return super.waitFor(answer, call);
                            } catch (InterruptedException goOn) {
                                wasInterrupted = true;
                            }
                        }
                    } finally {
                        if (wasInterrupted) {
                            Thread.currentThread().interrupt();
                        }
                    }
                }
            }),
    INTERRUPT_OF_A_WAIT_SWALLOWED("anInterruptEndsTheWaitForAHostThatHangs", platform -> new RemoteAdapter(platform) {
        @Override
        AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
            if (why instanceof InterruptedException) {
                boolean unused = Thread.interrupted();
            }
            return super.unknown(mayHaveEffect, cause, message, why);
        }
    });

    private final String caughtBy;
    private final Function<RemotePlatform, HypervisorAdapter> lie;

    LieWhenItEnds(String caughtBy, Function<RemotePlatform, HypervisorAdapter> lie) {
        this.caughtBy = caughtBy;
        this.lie = lie;
    }

    @Override
    public String caughtBy() {
        return caughtBy;
    }

    @Override
    public HypervisorAdapter adapter(RemotePlatform platform) {
        return lie.apply(platform);
    }

    private static CallContext later() {
        return CallContext.within(Duration.ofSeconds(4));
    }
}
