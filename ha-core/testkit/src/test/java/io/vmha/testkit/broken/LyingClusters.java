package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.sim.ForwardingDatabases;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Database clusters that are each broken in one way, around one that keeps the contract. */
final class LyingClusters {
    private static final String LATE = "aCallThatComesTooLateIsNotBegun";
    private static final String LATE_CHANGE_OF_ROLES = "aPromotionAndARejoiningThatComeTooLateAreNotBegun";

    static final List<BrokenPart<DatabaseCluster>> ALL = List.of(
            new BrokenPart<>("holds writes by a call that comes too late", LATE, real -> new ForwardingDatabases(real) {
                @Override
                public void holdWrites(MemberId writer, CallContext call) {
                    super.holdWrites(writer, aNewOne());
                }
            }),
            new BrokenPart<>("fences too late, and says that it did not", LATE, real -> new ForwardingDatabases(real) {
                @Override
                public void fence(MemberId member, CallContext call) {
                    super.fence(member, aNewOne());
                    Duration unused = call.requireTimeLeft();
                }
            }),
            new BrokenPart<>("demotes too late, and says that it did not", LATE, real -> new ForwardingDatabases(real) {
                @Override
                public LogPosition demote(MemberId writer, MemberId successor, CallContext call) {
                    LogPosition end = super.demote(writer, successor, aNewOne());
                    Duration unused = call.requireTimeLeft();
                    return end;
                }
            }),
            new BrokenPart<>(
                    "releases writes too late, and says that it did not", LATE, real -> new ForwardingDatabases(real) {
                        @Override
                        public void releaseWrites(MemberId writer, CallContext call) {
                            super.releaseWrites(writer, aNewOne());
                            Duration unused = call.requireTimeLeft();
                        }
                    }),
            new BrokenPart<>(
                    "promotes by a call that comes too late",
                    LATE_CHANGE_OF_ROLES,
                    real -> new ForwardingDatabases(real) {
                        @Override
                        public void promote(Promotion promotion, CallContext call) {
                            super.promote(promotion, aNewOne());
                        }
                    }),
            new BrokenPart<>(
                    "has a member rejoin too late, and says that it did not",
                    LATE_CHANGE_OF_ROLES,
                    real -> new ForwardingDatabases(real) {
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
                    real -> new ForwardingDatabases(real) {
                        @Override
                        public void fence(MemberId member, CallContext call) {
                            super.read(call);
                        }
                    }),
            new BrokenPart<>(
                    "takes silence for off",
                    "nothingIsPromotedBesideAMemberThatIsSilentAndNotConfirmedOff",
                    real -> new ForwardingDatabases(real) {
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
                    real -> new ForwardingDatabases(real) {
                        @Override
                        public void holdWrites(MemberId writer, CallContext call) {
                            super.read(call);
                        }
                    }),
            new BrokenPart<>(
                    "says that it released writes",
                    "aSwitchoverThatIsGivenUpWhileWritesAreHeldHarmsNothing",
                    real -> new ForwardingDatabases(real) {
                        @Override
                        public void releaseWrites(MemberId writer, CallContext call) {
                            super.read(call);
                        }
                    }),
            new BrokenPart<>(
                    "says that a member follows that does not",
                    "aReplacedWriterThatComesBackByItselfIsNoMemberUntilItHasRejoined",
                    real -> new ForwardingDatabases(real) {
                        @Override
                        public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
                            super.read(call);
                            return RejoinMethod.FOLLOWING;
                        }
                    }),
            new BrokenPart<>(
                    "calls an unknown member a passing failure",
                    "aMemberThatItDoesNotKnowIsRefusedForGood",
                    real -> new ForwardingDatabases(real) {
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
}
