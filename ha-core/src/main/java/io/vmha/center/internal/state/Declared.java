package io.vmha.center.internal.state;

import io.vmha.model.VirtualMachine;

/** Keeps what is declared of a VM apart from what the platform and monitors say of it. Pure functions. */
final class Declared {
    private Declared() {}

    /** Returns the observed VM with what the other declares: type, priority, template, anti-affinity, labels and member. */
    static VirtualMachine of(VirtualMachine declares, VirtualMachine observed) {
        return observed.withType(declares.type())
                .withPriority(declares.priority())
                .withTemplate(declares.template())
                .withAntiAffinity(declares.antiAffinity())
                .withLabels(declares.labels())
                .withMember(declares.member());
    }
}
