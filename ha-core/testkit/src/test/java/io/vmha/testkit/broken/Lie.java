package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Adapters that tell what is not, or do not do what they tell. */
enum Lie implements BrokenAdapter {
    TIMEOUT_OF_A_CHANGE_TOLD_AS_TRANSIENT(
            "whatMayHaveBeenDoneWhenTheAnswerIsLostIsAnUnknownOutcome", platform -> new RemoteAdapter(platform) {
                @Override
                AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
                    return super.unknown(mayHaveEffect && cause != Cause.TIMEOUT, cause, message, why);
                }
            }),
    SERVER_ERROR_OF_A_CHANGE_TOLD_AS_TRANSIENT(
            "whatMayHaveBeenDoneWhenThePlatformFailsIsAnUnknownOutcome", platform -> new RemoteAdapter(platform) {
                @Override
                AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
                    return super.unknown(mayHaveEffect && cause == Cause.TIMEOUT, cause, message, why);
                }
            }),
    SERVER_ERROR_OF_A_CHANGE_TOLD_AS_PERMANENT(
            "whatMayHaveBeenDoneWhenThePlatformFailsIsAnUnknownOutcome", platform -> new RemoteAdapter(platform) {
                @Override
                AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
                    return mayHaveEffect && cause != Cause.TIMEOUT
                            ? new AdapterException.Permanent(Cause.REFUSED, message, why)
                            : super.unknown(mayHaveEffect, cause, message, why);
                }
            }),
    TIMEOUT_TOLD_AS_A_RUNTIME_EXCEPTION(
            "everyCallToAHostThatHangsReturnsByItsDeadline", platform -> new RemoteAdapter(platform) {
                @Override
                <T> T ask(HostId host, CallContext call, boolean effect, Function<HypervisorAdapter, T> request) {
                    try {
                        return super.ask(host, call, effect, request);
                    } catch (AdapterException told) {
                        throw new IllegalStateException(told);
                    }
                }
            }),
    CACHED_POWER_STATE("aMachineThatSomebodyElsePoweredOffReadsOffAtOnce", platform -> new RemoteAdapter(platform) {
        private final Map<VmId, PowerState> cache = new ConcurrentHashMap<>();

        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            return cache.computeIfAbsent(vm, unread -> super.powerState(vm, call));
        }

        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            super.powerOff(vm, grace, call);
            cache.put(vm, PowerState.OFF);
        }
    }),
    CACHED_READING("aMachineThatSomebodyElsePoweredOffReadsOffAtOnce", platform -> new RemoteAdapter(platform) {
        private final Map<VmId, MachineReading> cache = new ConcurrentHashMap<>();

        @Override
        public MachineReading read(VmId vm, CallContext call) {
            return cache.computeIfAbsent(vm, unread -> super.read(vm, call));
        }
    }),
    CACHED_DISCOVERY("aMachineThatSomebodyElsePoweredOffReadsOffAtOnce", platform -> new RemoteAdapter(platform) {
        private final Map<String, PlatformSnapshot> cache = new ConcurrentHashMap<>();

        @Override
        public PlatformSnapshot discover(CallContext call) {
            return cache.computeIfAbsent("all", unread -> super.discover(call));
        }
    }),
    ORIGIN_OF_ANOTHER_STEP(
            "aCloneTellsWhichStepOfWhichPlanMadeIt",
            platform ->
                    withOrigin(platform, made -> made.map(by -> new MachineReading.Origin(by.plan(), by.step() + 1)))),
    ORIGIN_OF_ANOTHER_PLAN(
            "aCloneTellsWhichStepOfWhichPlanMadeIt",
            platform ->
                    withOrigin(platform, made -> made.map(by -> new MachineReading.Origin(new PlanId(1), by.step())))),
    ORIGIN_OF_WHAT_NOBODY_CLONED(
            "aCloneTellsWhichStepOfWhichPlanMadeIt",
            platform -> withOrigin(
                    platform, made -> made.or(() -> Optional.of(new MachineReading.Origin(new PlanId(1), 0))))),
    ACCEPTED_TOLD_AS_DONE("aMachineIsReallyOffWhenPowerOffReturns", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            CompletableFuture.runAsync(
                    () -> super.powerOff(vm, grace, call), CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
        }
    }),
    GUEST_ASKED_AND_LEFT_RUNNING(
            "aMachineIsReallyOffWhenPowerOffReturnsThoughItsGuestWasAsked", platform -> new RemoteAdapter(platform) {
                @Override
                public void powerOff(VmId vm, Duration grace, CallContext call) {
                    if (grace.isZero()) {
                        super.powerOff(vm, grace, call);
                    }
                }
            }),
    INTERRUPT_SWALLOWED(
            "anInterruptedCallEndsInAnAnswerAndTheThreadStaysInterrupted", platform -> new RemoteAdapter(platform) {
                @Override
                <T> T ask(HostId host, CallContext call, boolean effect, Function<HypervisorAdapter, T> request) {
                    boolean unused = Thread.interrupted();
                    return super.ask(host, call, effect, request);
                }
            }),
    INTERRUPT_TOLD_AS_ANOTHER_EXCEPTION(
            "anInterruptedCallEndsInAnAnswerAndTheThreadStaysInterrupted", platform -> new RemoteAdapter(platform) {
                @Override
                AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
                    if (why instanceof InterruptedException) {
                        throw new IllegalStateException(why);
                    }
                    return super.unknown(mayHaveEffect, cause, message, why);
                }
            }),
    ONE_LOCK_FOR_ALL_HOSTS("manyCallsToAHostThatHangsHoldUpNoOtherHost", platform -> new RemoteAdapter(platform) {
        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        synchronized <T> T ask(HostId host, CallContext call, boolean effect, Function<HypervisorAdapter, T> request) {
            return super.ask(host, call, effect, request);
        }
    }),
    DEADLINE_IGNORED("everyCallToAHostThatHangsReturnsByItsDeadline", platform -> new RemoteAdapter(platform) {
        @Override
        <T> T ask(HostId host, CallContext call, boolean effect, Function<HypervisorAdapter, T> request) {
            return super.ask(host, CallContext.within(Duration.ofSeconds(4)), effect, request);
        }
    }),
    LATE_CALL_SENT("aCallThatComesTooLateIsNotBegun", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            super.powerOff(vm, grace, CallContext.within(Duration.ofSeconds(4)));
        }
    }),
    LATE_START_SENT("aStartAndACloneThatComeTooLateAreNotBegun", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOn(VmId vm, HostId host, CallContext call) {
            super.powerOn(vm, host, CallContext.within(Duration.ofSeconds(4)));
            Duration unused = call.requireTimeLeft();
        }
    }),
    LATE_DISCOVERY_SENT("aCallThatComesTooLateIsNotBegun", platform -> new RemoteAdapter(platform) {
        @Override
        public PlatformSnapshot discover(CallContext call) {
            return super.discover(CallContext.within(Duration.ofSeconds(4)));
        }
    }),
    CAPABILITIES_THAT_ANYBODY_CAN_CHANGE(
            "nobodyChangesItsCapabilitiesFromOutside", platform -> new RemoteAdapter(platform) {
                private final Set<Capability> capabilities = EnumSet.allOf(Capability.class);

                @Override
                public Set<Capability> capabilities() {
                    return capabilities;
                }
            }),
    CLAIMS_WHAT_IT_CANNOT_DO(
            "aMigratedMachineRunsOnTheOtherHostAndNowhereElse", platform -> new RemoteAdapter(platform) {
                @Override
                public void migrate(VmId vm, HostId target, CallContext call) {
                    throw new AdapterException.Permanent(Cause.UNSUPPORTED, "no live migration");
                }
            }),
    REFUSES_WITHOUT_SAYING_UNSUPPORTED(
            "aMigratedMachineRunsOnTheOtherHostAndNowhereElse", platform -> new RemoteAdapter(platform) {
                @Override
                public Set<Capability> capabilities() {
                    return EnumSet.complementOf(EnumSet.of(Capability.LIVE_MIGRATION));
                }

                @Override
                public void migrate(VmId vm, HostId target, CallContext call) {
                    throw new UnsupportedOperationException("no live migration");
                }
            }),
    STARTS_WHAT_RUNS_ELSEWHERE("aMachineThatRunsIsNotStartedOnAnotherHost", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOn(VmId vm, HostId host, CallContext call) {
            if (!platform.hostOf(vm).equals(host)) {
                super.powerOff(vm, Duration.ZERO, call);
            }
            super.powerOn(vm, host, call);
        }
    }),
    STARTS_WHERE_IT_WAS("aMachineThatIsOffIsRestartedOnAnotherHost", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOn(VmId vm, HostId host, CallContext call) {
            super.powerOn(vm, platform.hostOf(vm), call);
        }
    }),
    UNKNOWN_VM_READS_OFF("anUnknownMachineIsRefusedByEveryCall", platform -> new RemoteAdapter(platform) {
        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            return platform.actual().vm(vm).isPresent() ? super.powerState(vm, call) : PowerState.OFF;
        }
    }),
    UNKNOWN_VM_TOLD_AS_TRANSIENT("anUnknownMachineIsRefusedByEveryCall", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            if (platform.actual().vm(vm).isEmpty()) {
                throw new AdapterException.Transient(Cause.UNKNOWN_SUBJECT, "no such VM: " + vm);
            }
            super.powerOff(vm, grace, call);
        }
    }),
    ALLOCATES_MORE_CPU_THAN_THERE_IS(
            "anAllocationPastTheHostsCapacityIsRefusedAndChangesNothing", platform -> new RemoteAdapter(platform) {
                @Override
                public void reallocate(VmId vm, Resources allocation, CallContext call) {
                    super.reallocate(
                            vm, Resources.of(Math.min(4_000, allocation.cpuMillis()), allocation.memoryMiB()), call);
                }
            }),
    ALLOCATES_MEMORY_ALONE("anAllocationIsReadBackAsItWasSet", platform -> new RemoteAdapter(platform) {
        @Override
        public void reallocate(VmId vm, Resources allocation, CallContext call) {
            long cpuMillis = platform.actual()
                    .vm(vm)
                    .map(VirtualMachine::allocation)
                    .map(Resources::cpuMillis)
                    .orElse(1_000L);
            super.reallocate(vm, Resources.of(cpuMillis, allocation.memoryMiB()), call);
        }
    }),
    MIGRATES_NOTHING("aMigratedMachineRunsOnTheOtherHostAndNowhereElse", platform -> new RemoteAdapter(platform) {
        @Override
        public void migrate(VmId vm, HostId target, CallContext call) {
            super.powerState(vm, call);
        }
    }),
    CLONE_IS_STARTED("aCloneTakesTheNameOfTheMachineThatItReplacesAndIsOff", platform -> new RemoteAdapter(platform) {
        @Override
        public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
            super.cloneFromTemplate(template, vm, host, call);
            super.powerOn(vm, host, call);
        }
    }),
    CLONE_REPLACES_WHAT_RUNS(
            "aCloneTakesTheNameOfTheMachineThatItReplacesAndIsOff", platform -> new RemoteAdapter(platform) {
                @Override
                public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
                    super.powerOff(vm, Duration.ZERO, call);
                    super.cloneFromTemplate(template, vm, host, call);
                }
            }),
    POWER_OFF_OF_WHAT_IS_OFF_FAILS(
            "aMachineThatIsPoweredOffIsOffAndOneThatIsOffStaysSo", platform -> new RemoteAdapter(platform) {
                @Override
                public void powerOff(VmId vm, Duration grace, CallContext call) {
                    if (platform.actual()
                            .vm(vm)
                            .filter(found -> found.power() == PowerState.OFF)
                            .isPresent()) {
                        throw new AdapterException.Permanent(Cause.REFUSED, "it is off already");
                    }
                    super.powerOff(vm, grace, call);
                }
            }),
    ONE_CALL_AT_A_TIME("concurrentCallsAllSucceedAndAgree", platform -> new RemoteAdapter(platform) {
        private final Set<VmId> busy = ConcurrentHashMap.newKeySet();

        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            if (!busy.add(vm)) {
                throw new AdapterException.Transient(Cause.BUSY, "another task is under way");
            }
            super.powerOff(vm, grace, call);
            pause();
            busy.remove(vm);
        }
    }),
    ANSWERS_AFTER_IT_WAS_CLOSED("aClosedAdapterRefusesEveryCall", platform -> new RemoteAdapter(platform) {
        @Override
        public PlatformSnapshot discover(CallContext call) {
            return PlatformSnapshot.of(platform.actual());
        }
    }),
    CALLS_OUTLIVE_ITS_CLOSING("closingEndsTheCallsUnderWay", platform -> new RemoteAdapter(platform) {
        @Override
        public void close() {}
    }),
    FORGETS_THE_VMS_OF_A_HOST_THAT_HANGS(
            "everyCallToAHostThatHangsReturnsByItsDeadline", platform -> new RemoteAdapter(platform) {
                @Override
                public PlatformSnapshot discover(CallContext call) {
                    Inventory seen = super.discover(call).toInventory();
                    for (VirtualMachine vm : seen.vms()) {
                        seen = platform.hangs(vm.host()) ? seen.without(vm.id()) : seen;
                    }
                    return PlatformSnapshot.of(seen);
                }
            }),
    TELLS_A_HOST_THAT_HANGS_AS_UP(
            "everyCallToAHostThatHangsReturnsByItsDeadline", platform -> new RemoteAdapter(platform) {
                @Override
                public PlatformSnapshot discover(CallContext call) {
                    Inventory seen = super.discover(call).toInventory();
                    for (var host : seen.hosts()) {
                        seen = seen.with(host.withHealth(HostHealth.UP));
                    }
                    return PlatformSnapshot.of(seen);
                }
            }),
    PASSWORD_IN_A_MESSAGE("neitherItsNameNorItsMessagesHoldASecret", platform -> new RemoteAdapter(platform) {
        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            if (platform.actual().vm(vm).isEmpty()) {
                throw new AdapterException.Permanent(
                        Cause.UNKNOWN_SUBJECT, "https://root:" + RemoteTestbed.SECRET + "@h1/ knows no " + vm);
            }
            return super.powerState(vm, call);
        }
    });

    private final String caughtBy;
    private final Function<RemotePlatform, HypervisorAdapter> lie;

    Lie(String caughtBy, Function<RemotePlatform, HypervisorAdapter> lie) {
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

    private static HypervisorAdapter withOrigin(
            RemotePlatform platform, Function<Optional<MachineReading.Origin>, Optional<MachineReading.Origin>> lie) {
        return new RemoteAdapter(platform) {
            @Override
            public MachineReading read(VmId vm, CallContext call) {
                MachineReading real = super.read(vm, call);
                return new MachineReading(real.host(), real.power(), real.allocation(), true, lie.apply(real.madeBy()));
            }
        };
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
