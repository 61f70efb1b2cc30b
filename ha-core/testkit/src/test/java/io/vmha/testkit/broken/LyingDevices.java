package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Fencing devices that are each broken in one way, around one that keeps the contract. */
final class LyingDevices {
    private static final String INTERRUPTED = "anInterruptedCallEndsInAnAnswerAndTheThreadStaysInterrupted";
    private static final List<HostId> HOSTS = List.of(HostId.of("h1"), HostId.of("h2"));

    /** A device that passes on what it is not told otherwise. */
    private abstract static class Device implements FencingDevice {
        final FencingDevice real;

        Device(FencingDevice real) {
            this.real = real;
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public boolean canFence(HostId host) {
            return real.canFence(host);
        }

        @Override
        public void fence(HostId host, CallContext call) {
            real.fence(host, call);
        }

        @Override
        public PowerState powerState(HostId host, CallContext call) {
            return real.powerState(host, call);
        }
    }

    static final List<BrokenPart<FencingDevice>> ALL = List.of(
            new BrokenPart<>(
                    "says that it fenced", "aHostThatIsFencedReadsOffAndNoOtherHostDoes", real -> new Device(real) {
                        @Override
                        public void fence(HostId host, CallContext call) {
                            real.powerState(host, call);
                        }
                    }),
            new BrokenPart<>("reads every host off", "aHostThatRunsReadsOn", real -> new Device(real) {
                @Override
                public PowerState powerState(HostId host, CallContext call) {
                    real.powerState(host, call);
                    return PowerState.OFF;
                }
            }),
            new BrokenPart<>(
                    "switches the whole strip",
                    "aHostThatIsFencedReadsOffAndNoOtherHostDoes",
                    real -> new Device(real) {
                        @Override
                        public void fence(HostId host, CallContext call) {
                            super.fence(host, call);
                            HOSTS.forEach(each -> super.fence(each, call));
                        }
                    }),
            new BrokenPart<>(
                    "presses the button, which is a toggle",
                    "aHostThatIsOffIsFencedAgainWithoutHarm",
                    real -> new Device(real) {
                        private final Set<HostId> on = new HashSet<>();
                        private final Set<HostId> off = new HashSet<>();

                        @Override
                        public void fence(HostId host, CallContext call) {
                            super.fence(host, call);
                            if (!off.add(host)) {
                                on.add(host);
                            }
                        }

                        @Override
                        public PowerState powerState(HostId host, CallContext call) {
                            return on.contains(host) ? PowerState.ON : super.powerState(host, call);
                        }
                    }),
            new BrokenPart<>(
                    "reads the state from before",
                    "aHostThatIsFencedReadsOffAndNoOtherHostDoes",
                    real -> new Device(real) {
                        @Override
                        public PowerState powerState(HostId host, CallContext call) {
                            super.powerState(host, call);
                            return PowerState.ON;
                        }
                    }),
            new BrokenPart<>(
                    "can fence whatever it is asked for", "itHasANameAndKnowsItsHosts", real -> new Device(real) {
                        @Override
                        public boolean canFence(HostId host) {
                            return true;
                        }
                    }),
            new BrokenPart<>("has no name", "itHasANameAndKnowsItsHosts", real -> new Device(real) {
                @Override
                public String name() {
                    return " ";
                }
            }),
            new BrokenPart<>(
                    "takes an unknown host for one that is off",
                    "aHostThatItDoesNotKnowIsRefusedForGood",
                    real -> new Device(real) {
                        @Override
                        public void fence(HostId host, CallContext call) {
                            if (canFence(host)) {
                                super.fence(host, call);
                            }
                        }
                    }),
            new BrokenPart<>(
                    "calls an unknown host a passing failure",
                    "aHostThatItDoesNotKnowIsRefusedForGood",
                    real -> new Device(real) {
                        @Override
                        public PowerState powerState(HostId host, CallContext call) {
                            if (!canFence(host)) {
                                throw new AdapterException.Transient(
                                        AdapterException.Cause.UNREACHABLE, "no answer of " + host);
                            }
                            return super.powerState(host, call);
                        }
                    }),
            new BrokenPart<>(
                    "sends a call that comes too late", "aCallThatComesTooLateIsNotBegun", real -> new Device(real) {
                        @Override
                        public void fence(HostId host, CallContext call) {
                            super.fence(host, CallContext.within(Duration.ofSeconds(1)));
                        }
                    }),
            new BrokenPart<>(
                    "does what comes too late, and says that it did not",
                    "aCallThatComesTooLateIsNotBegun",
                    real -> new Device(real) {
                        @Override
                        public void fence(HostId host, CallContext call) {
                            super.fence(host, CallContext.within(Duration.ofSeconds(1)));
                            Duration unused = call.requireTimeLeft();
                        }
                    }),
            new BrokenPart<>("swallows the interrupt of a fencing", INTERRUPTED, real -> new Device(real) {
                @Override
                public void fence(HostId host, CallContext call) {
                    boolean unused = Thread.interrupted();
                    super.fence(host, call);
                }
            }),
            new BrokenPart<>("swallows the interrupt of a reading", INTERRUPTED, real -> new Device(real) {
                @Override
                public PowerState powerState(HostId host, CallContext call) {
                    boolean unused = Thread.interrupted();
                    return super.powerState(host, call);
                }
            }),
            new BrokenPart<>("tells an interrupt as an error of its own", INTERRUPTED, real -> new Device(real) {
                @Override
                public void fence(HostId host, CallContext call) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new IllegalStateException("interrupted");
                    }
                    super.fence(host, call);
                }
            }),
            new BrokenPart<>(
                    "takes silence for off",
                    "aDeviceThatHangsIsGivenUpAtTheDeadlineAndUsedAgainAfterwards",
                    real -> new Device(real) {
                        @Override
                        public PowerState powerState(HostId host, CallContext call) {
                            return Hanging.isOn() ? PowerState.OFF : super.powerState(host, call);
                        }
                    }),
            new BrokenPart<>(
                    "gives a device that hangs up for good",
                    "aDeviceThatHangsIsGivenUpAtTheDeadlineAndUsedAgainAfterwards",
                    real -> new Device(real) {
                        @Override
                        public PowerState powerState(HostId host, CallContext call) {
                            if (Hanging.isOn()) {
                                throw new AdapterException.Permanent(
                                        AdapterException.Cause.UNREACHABLE, "no answer of " + host);
                            }
                            return super.powerState(host, call);
                        }
                    }),
            new BrokenPart<>(
                    "waits for a device that hangs, whatever the deadline",
                    "aDeviceThatHangsIsGivenUpAtTheDeadlineAndUsedAgainAfterwards",
                    real -> new Device(real) {
                        @Override
                        public PowerState powerState(HostId host, CallContext call) {
                            Hanging.waitWhile();
                            if (Hanging.isOn()) {
                                throw new AdapterException.Transient(
                                        AdapterException.Cause.TIMEOUT, "no answer of " + host);
                            }
                            return super.powerState(host, call);
                        }
                    }));

    private LyingDevices() {}
}
