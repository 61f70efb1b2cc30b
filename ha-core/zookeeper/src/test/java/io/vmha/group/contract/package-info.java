/**
 * What every store must do that management centers on several hosts agree through, as a test to extend. It is all that this module's test jar
 * has. Start reading at {@link io.vmha.group.contract.CoordinationStoreContractTest}.
 */
package io.vmha.group.contract;
