package io.vmha.libvirt;

import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;

/** Translates the deprecated profile of a machine. All static. */
@SuppressWarnings("removal")
final class OldProfiles {
    private OldProfiles() {}

    static DomainProfile toNew(DomainProfile profile) {
        if (!(profile instanceof io.vmha.libvirt.VmProfile old)) {
            return profile;
        }
        VmProfile made = VmProfile.builder()
                .type(old.type())
                .role(old.role())
                .template(old.template())
                .priority(old.priority())
                .antiAffinity(old.antiAffinity())
                .build();
        return new Machine(old.id(), made, old.origin());
    }

    static DomainProfile toOld(DomainProfile profile) {
        if (!(profile instanceof Machine machine)) {
            return profile;
        }
        VmProfile made = machine.profile();
        return io.vmha.libvirt.VmProfile.builder()
                .id(machine.id())
                .type(made.type())
                .role(made.role())
                .template(made.template())
                .priority(made.priority())
                .antiAffinity(made.antiAffinity())
                .origin(machine.origin())
                .build();
    }
}
