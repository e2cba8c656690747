export { ProcessDriver, type ProcessDriverOptions } from './process/process.driver.js';
