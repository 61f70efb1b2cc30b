package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Traffic directors that are each broken in one way, around one that keeps the contract. */
final class LyingDirectors {
    private static final String INTERRUPTED = "anInterruptedCallEndsInAnAnswerAndTheThreadStaysInterrupted";
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW3 = VmId.of("mw3");

    /** A director that passes on what it is not told otherwise. */
    private abstract static class Director implements TrafficDirector {
        final TrafficDirector real;

        Director(TrafficDirector real) {
            this.real = real;
        }

        @Override
        public void route(VmId owner, VmId server, CallContext call) {
            real.route(owner, server, call);
        }

        @Override
        public VmId serverOf(VmId owner, CallContext call) {
            return real.serverOf(owner, call);
        }
    }

    static final List<BrokenPart<TrafficDirector>> ALL = List.of(
            new BrokenPart<>("moves nothing", "requestsGoToTheMachineThatTheyAreMovedTo", real -> new Director(real) {
                @Override
                public void route(VmId owner, VmId server, CallContext call) {
                    real.serverOf(owner, call);
                }
            }),
            new BrokenPart<>(
                    "tells what it was asked for, which was accepted and not done",
                    "aStandbyMachineServesWhatIsMovedToIt",
                    real -> new Director(real) {
                        private final Map<VmId, VmId> asked = new HashMap<>();

                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            asked.put(owner, server);
                        }

                        @Override
                        public VmId serverOf(VmId owner, CallContext call) {
                            return asked.getOrDefault(owner, owner);
                        }
                    }),
            new BrokenPart<>(
                    "reads from a cache of its own",
                    "anotherDirectorReadsBackWhatThisOneDid",
                    real -> new Director(real) {
                        private final Map<VmId, VmId> cache = new HashMap<>();

                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            super.route(owner, server, call);
                            cache.put(owner, server);
                        }

                        @Override
                        public VmId serverOf(VmId owner, CallContext call) {
                            return cache.getOrDefault(owner, owner);
                        }
                    }),
            new BrokenPart<>(
                    "moves the requests of others, too",
                    "requestsOfOtherMachinesStayWhereTheyAre",
                    real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            super.route(owner, server, call);
                            super.route(owner.equals(MW1) ? MW3 : MW1, server, call);
                        }
                    }),
            new BrokenPart<>(
                    "sends everything to the standby at the start", "everyMachineServesItsOwnRequestsAtFirst", real -> {
                        real.route(MW1, VmId.of("mw5"), CallContext.within(Duration.ofSeconds(1)));
                        return real;
                    }),
            new BrokenPart<>("refuses what is already so", "movingTwiceIsMovingOnce", real -> new Director(real) {
                @Override
                public void route(VmId owner, VmId server, CallContext call) {
                    if (serverOf(owner, call).equals(server)) {
                        throw new AdapterException.Permanent(
                                AdapterException.Cause.REFUSED, "it does already: " + server);
                    }
                    super.route(owner, server, call);
                }
            }),
            new BrokenPart<>(
                    "moves each VM's requests once", "requestsThatWereMovedCanBeMovedOn", real -> new Director(real) {
                        private final Set<VmId> moved = new HashSet<>();

                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            if (moved.add(owner)) {
                                super.route(owner, server, call);
                            }
                        }
                    }),
            new BrokenPart<>(
                    "does not bring requests back",
                    "aMachineThatIsItsOwnServerHasItsRequestsBack",
                    real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            if (!owner.equals(server)) {
                                super.route(owner, server, call);
                            }
                        }
                    }),
            new BrokenPart<>(
                    "lets a VM serve for one other only", "oneMachineServesForMany", real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            for (VmId other : List.of(MW1, MW3)) {
                                if (!other.equals(owner)
                                        && !other.equals(server)
                                        && serverOf(other, call).equals(server)) {
                                    super.route(other, other, call);
                                }
                            }
                            super.route(owner, server, call);
                        }
                    }),
            new BrokenPart<>(
                    "takes an unknown VM for one without requests",
                    "aMachineThatItDoesNotKnowIsRefusedForGood",
                    real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            try {
                                super.route(owner, server, call);
                            } catch (AdapterException.Permanent unknown) {
                                // Nothing to be done, it believes.
                            }
                        }
                    }),
            new BrokenPart<>(
                    "calls an unknown VM a passing failure",
                    "aMachineThatItDoesNotKnowIsRefusedForGood",
                    real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            try {
                                super.route(owner, server, call);
                            } catch (AdapterException.Permanent unknown) {
                                throw new AdapterException.Transient(
                                        AdapterException.Cause.UNREACHABLE, String.valueOf(unknown.getMessage()));
                            }
                        }
                    }),
            new BrokenPart<>(
                    "waits for a load balancer that hangs, whatever the deadline",
                    "aLoadBalancerThatHangsIsGivenUpAtTheDeadlineAndUsedAgainAfterwards",
                    real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            Hanging.waitWhile();
                            super.route(owner, server, call);
                        }

                        @Override
                        public VmId serverOf(VmId owner, CallContext call) {
                            Hanging.waitWhile();
                            return super.serverOf(owner, call);
                        }
                    }),
            new BrokenPart<>(
                    "sends a call that comes too late", "aCallThatComesTooLateIsNotBegun", real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            super.route(owner, server, CallContext.within(Duration.ofSeconds(1)));
                        }
                    }),
            new BrokenPart<>(
                    "does what comes too late, and says that it did not",
                    "aCallThatComesTooLateIsNotBegun",
                    real -> new Director(real) {
                        @Override
                        public void route(VmId owner, VmId server, CallContext call) {
                            super.route(owner, server, CallContext.within(Duration.ofSeconds(1)));
                            Duration unused = call.requireTimeLeft();
                        }
                    }),
            new BrokenPart<>("swallows the interrupt of a move", INTERRUPTED, real -> new Director(real) {
                @Override
                public void route(VmId owner, VmId server, CallContext call) {
                    boolean unused = Thread.interrupted();
                    super.route(owner, server, call);
                }
            }),
            new BrokenPart<>("swallows the interrupt of a reading", INTERRUPTED, real -> new Director(real) {
                @Override
                public VmId serverOf(VmId owner, CallContext call) {
                    boolean unused = Thread.interrupted();
                    return super.serverOf(owner, call);
                }
            }),
            new BrokenPart<>("tells an interrupt as an error of its own", INTERRUPTED, real -> new Director(real) {
                @Override
                public void route(VmId owner, VmId server, CallContext call) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new IllegalStateException("interrupted");
                    }
                    super.route(owner, server, call);
                }
            }),
            new BrokenPart<>(
                    "takes silence for success",
                    "aLoadBalancerThatHangsIsGivenUpAtTheDeadlineAndUsedAgainAfterwards",
                    real -> new Director(real) {
                        @Override
                        public VmId serverOf(VmId owner, CallContext call) {
                            return Hanging.isOn() ? owner : super.serverOf(owner, call);
                        }
                    }));

    private LyingDirectors() {}
}
