package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Database clusters that are each broken in one way, around one that keeps the contract. */
final class LyingClusters {
    private static final String LATE = "aCallThatComesTooLateIsNotBegun";
    private static final String LATE_CHANGE_OF_ROLES = "aPromotionAndARejoiningThatComeTooLateAreNotBegun";

    static final List<BrokenPart<DatabaseCluster>> ALL = List.of(
            new BrokenPart<>("holds writes by a call that comes too late", LATE, real -> new Cluster(real) {
                @Override
                public void holdWrites(MemberId writer, CallContext call) {
                    super.holdWrites(writer, aNewOne());
                }
            }),
            new BrokenPart<>("fences too late, and says that it did not", LATE, real -> new Cluster(real) {
                @Override
                public void fence(MemberId member, CallContext call) {
                    super.fence(member, aNewOne());
                    Duration unused = call.requireTimeLeft();
                }
            }),
            new BrokenPart<>("demotes too late, and says that it did not", LATE, real -> new Cluster(real) {
                @Override
                public LogPosition demote(MemberId writer, MemberId successor, CallContext call) {
                    LogPosition end = super.demote(writer, successor, aNewOne());
                    Duration unused = call.requireTimeLeft();
                    return end;
                }
            }),
            new BrokenPart<>("releases writes too late, and says that it did not", LATE, real -> new Cluster(real) {
                @Override
                public void releaseWrites(MemberId writer, CallContext call) {
                    super.releaseWrites(writer, aNewOne());
                    Duration unused = call.requireTimeLeft();
                }
            }),
            new BrokenPart<>("promotes by a call that comes too late", LATE_CHANGE_OF_ROLES, real -> new Cluster(real) {
                @Override
                public void promote(Promotion promotion, CallContext call) {
                    super.promote(promotion, aNewOne());
                }
            }),
            new BrokenPart<>(
                    "has a member rejoin too late, and says that it did not",
                    LATE_CHANGE_OF_ROLES,
                    real -> new Cluster(real) {
                        @Override
                        public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
                            RejoinMethod method = super.rejoin(member, writer, aNewOne());
                            Duration unused = call.requireTimeLeft();
                            return method;
                        }
                    }),
            new BrokenPart<>(
                    "says that it fenced",
                    "aFencedMemberAcceptsNoWritesAndLetsAnotherBePromoted",
                    real -> new Cluster(real) {
                        @Override
                        public void fence(MemberId member, CallContext call) {
                            super.read(call);
                        }
                    }),
            new BrokenPart<>(
                    "takes silence for off",
                    "nothingIsPromotedBesideAMemberThatIsSilentAndNotConfirmedOff",
                    real -> new Cluster(real) {
                        @Override
                        public void promote(Promotion promotion, CallContext call) {
                            Set<MemberId> others = new HashSet<>(declared().memberIds());
                            others.remove(promotion.member());
                            super.promote(new Promotion(promotion.member(), others, 0), call);
                        }
                    }),
            new BrokenPart<>(
                    "says that it holds writes",
                    "aSwitchoverMovesTheWriterWithoutLosingAWrite",
                    real -> new Cluster(real) {
                        @Override
                        public void holdWrites(MemberId writer, CallContext call) {
                            super.read(call);
                        }
                    }),
            new BrokenPart<>(
                    "says that it released writes",
                    "aSwitchoverThatIsGivenUpWhileWritesAreHeldHarmsNothing",
                    real -> new Cluster(real) {
                        @Override
                        public void releaseWrites(MemberId writer, CallContext call) {
                            super.read(call);
                        }
                    }),
            new BrokenPart<>(
                    "says that a member follows that does not",
                    "aReplacedWriterThatComesBackByItselfIsNoMemberUntilItHasRejoined",
                    real -> new Cluster(real) {
                        @Override
                        public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
                            super.read(call);
                            return RejoinMethod.FOLLOWING;
                        }
                    }),
            new BrokenPart<>(
                    "calls an unknown member a passing failure",
                    "aMemberThatItDoesNotKnowIsRefusedForGood",
                    real -> new Cluster(real) {
                        @Override
                        public void fence(MemberId member, CallContext call) {
                            if (declared().member(member).isEmpty()) {
                                throw new AdapterException.Transient(
                                        AdapterException.Cause.UNREACHABLE, "no answer of " + member);
                            }
                            super.fence(member, call);
                        }
                    }));

    private LyingClusters() {}

    private static CallContext aNewOne() {
        return CallContext.within(Duration.ofSeconds(30));
    }

    /** A cluster that passes on what it is not told otherwise. */
    private abstract static class Cluster implements DatabaseCluster {
        private final DatabaseCluster real;

        Cluster(DatabaseCluster real) {
            this.real = real;
        }

        @Override
        public ReplicaSet declared() {
            return real.declared();
        }

        @Override
        public Set<DatabaseOperation> operations() {
            return real.operations();
        }

        @Override
        public void check(CallContext call) {
            real.check(call);
        }

        @Override
        public ReplicaSet read(CallContext call) {
            return real.read(call);
        }

        @Override
        public void promote(Promotion promotion, CallContext call) {
            real.promote(promotion, call);
        }

        @Override
        public void holdWrites(MemberId writer, CallContext call) {
            real.holdWrites(writer, call);
        }

        @Override
        public void releaseWrites(MemberId writer, CallContext call) {
            real.releaseWrites(writer, call);
        }

        @Override
        public LogPosition demote(MemberId writer, MemberId successor, CallContext call) {
            return real.demote(writer, successor, call);
        }

        @Override
        public void fence(MemberId member, CallContext call) {
            real.fence(member, call);
        }

        @Override
        public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
            return real.rejoin(member, writer, call);
        }
    }
}
