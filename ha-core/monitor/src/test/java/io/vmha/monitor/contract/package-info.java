/**
 * What every probe, isolation and reporter must do, as tests to extend: it is all that this module's test jar has. Uses JUnit, AssertJ
 * and Awaitility, which come with {@code ha-testkit}. Start reading at {@link io.vmha.monitor.contract.ProbeContractTest}.
 */
package io.vmha.monitor.contract;
