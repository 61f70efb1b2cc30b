package io.vmha.center;

import io.vmha.model.VirtualMachine;

/**
 * What a decision changed about a machine, so that it can be taken back where the decision is not carried out.
 *
 * @param before the machine with the fault shown, but not the decision
 * @param after the machine with the decision counted in
 */
public record VmChange(VirtualMachine before, VirtualMachine after) {}
