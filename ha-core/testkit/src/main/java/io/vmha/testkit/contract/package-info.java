/**
 * What every implementation of an interface of this library must do, as tests to extend: one contract and one testbed for each. A
 * testbed brings the platform into the state that a contract begins in, and does to it what the contract asks for. Start reading
 * at {@link io.vmha.testkit.contract.HypervisorAdapterContractTest}.
 */
@NullMarked
package io.vmha.testkit.contract;

import org.jspecify.annotations.NullMarked;
