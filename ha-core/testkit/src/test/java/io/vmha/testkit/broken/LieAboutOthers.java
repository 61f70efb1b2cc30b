package io.vmha.testkit.broken;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.function.Function;

/** Adapters that take one VM for another, or do to it what nobody asked for. */
enum LieAboutOthers implements BrokenAdapter {
    POWERS_A_NEIGHBOUR_OFF("whatIsDoneToOneMachineChangesNoOther", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            super.powerOff(vm, grace, call);
            super.powerOff(NEIGHBOUR, grace, call);
        }
    }),
    REALLOCATES_A_NEIGHBOUR("whatIsDoneToOneMachineChangesNoOther", platform -> new RemoteAdapter(platform) {
        @Override
        public void reallocate(VmId vm, Resources allocation, CallContext call) {
            super.reallocate(vm, allocation, call);
            super.reallocate(NEIGHBOUR, allocation, call);
        }
    }),
    POWERS_OFF_ONE_MACHINE_ALONE("everyMachineIsPoweredOffWhereItIsAskedFor", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            if (vm.equals(VM) || isUnknown(platform, vm)) {
                super.powerOff(vm, grace, call);
            }
        }
    }),
    POWERS_OFF_ON_ONE_HOST_ALONE("everyMachineIsPoweredOffWhereItIsAskedFor", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            if (!platform.hostOf(vm).equals(OTHER_HOST)) {
                super.powerOff(vm, grace, call);
            }
        }
    }),
    POWER_STATE_OF_ANOTHER_MACHINE("whatIsReadOfAMachineIsItsOwn", platform -> new RemoteAdapter(platform) {
        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            return super.powerState(isUnknown(platform, vm) ? vm : VM, call);
        }
    }),
    READING_OF_ANOTHER_MACHINE("whatIsReadOfAMachineIsItsOwn", platform -> new RemoteAdapter(platform) {
        @Override
        public MachineReading read(VmId vm, CallContext call) {
            return super.read(isUnknown(platform, vm) ? vm : VM, call);
        }
    }),
    READING_ON_THE_HOST_OF_ANOTHER_MACHINE("whatIsReadOfAMachineIsItsOwn", platform -> new RemoteAdapter(platform) {
        @Override
        public MachineReading read(VmId vm, CallContext call) {
            MachineReading real = super.read(vm, call);
            return new MachineReading(
                    platform.hostOf(VM), real.power(), real.allocation(), real.tellsOrigin(), real.madeBy());
        }
    }),
    DISCOVERY_WITHOUT_THE_MACHINES_OF_OTHER_HOSTS(
            "discoveryTellsTheMachinesOfEveryHost", platform -> new RemoteAdapter(platform) {
                @Override
                public PlatformSnapshot discover(CallContext call) {
                    Inventory seen = super.discover(call).toInventory();
                    for (var vm : seen.vmsOn(OTHER_HOST)) {
                        seen = seen.without(vm.id());
                    }
                    return PlatformSnapshot.of(seen);
                }
            }),
    DISCOVERY_OF_ONE_MACHINE_A_HOST("discoveryTellsTheMachinesOfEveryHost", platform -> new RemoteAdapter(platform) {
        @Override
        public PlatformSnapshot discover(CallContext call) {
            return PlatformSnapshot.of(super.discover(call).toInventory().without(NEIGHBOUR));
        }
    }),
    MIGRATION_THAT_CHANGES_THE_ALLOCATION(
            "aMigratedMachineRunsOnTheOtherHostAndNowhereElse", platform -> new RemoteAdapter(platform) {
                @Override
                public void migrate(VmId vm, HostId target, CallContext call) {
                    super.migrate(vm, target, call);
                    super.reallocate(vm, SMALL, call);
                }
            }),
    RESTART_THAT_CHANGES_THE_ALLOCATION(
            "aMachineThatIsOffIsRestartedOnAnotherHost", platform -> new RemoteAdapter(platform) {
                @Override
                public void powerOn(VmId vm, HostId host, CallContext call) {
                    super.powerOn(vm, host, call);
                    super.reallocate(vm, SMALL, call);
                }
            });

    private static final VmId VM = VmId.of("mw1");
    private static final VmId NEIGHBOUR = VmId.of("mw2");
    private static final HostId OTHER_HOST = HostId.of("h2");
    private static final Resources SMALL = Resources.of(1_000, 1_024);

    private final String caughtBy;
    private final Function<RemotePlatform, HypervisorAdapter> lie;

    LieAboutOthers(String caughtBy, Function<RemotePlatform, HypervisorAdapter> lie) {
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

    private static boolean isUnknown(RemotePlatform platform, VmId vm) {
        return platform.actual().vm(vm).isEmpty();
    }
}
