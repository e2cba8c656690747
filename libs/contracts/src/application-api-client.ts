/** Generated from the contract (`npm run generate`): do not edit. */
import type { OperationName, OperationResponse } from './application-api.js';
import {
  ApplicationApiCalls,
  type ApplicationApiClientOptions,
  type OperationInput,
  type RequestOptions,
  type Route,
} from './application-api-calls.js';

export { ApplicationApiError, ApplicationApiUnreachable } from './application-api-calls.js';

export class ApplicationApiClient extends ApplicationApiCalls {
  constructor(settings: ApplicationApiClientOptions) {
    super(settings, ROUTES);
  }

  /** The same client for a session. */
  withToken(token: string): ApplicationApiClient {
    return new ApplicationApiClient({ ...this.settings, token });
  }

  /** Begins a session of an application. */
  login(request: OperationInput<'login'>, options?: RequestOptions): Promise<OperationResponse<'login'>> {
    return this.send('login', request, options);
  }

  /** Answers the challenge of log-in, signed with the key of the certificate. */
  authenticate(request: OperationInput<'authenticate'>, options?: RequestOptions): Promise<OperationResponse<'authenticate'>> {
    return this.send('authenticate', request, options);
  }

  /** Ends the session and frees what it held. */
  logout(request: OperationInput<'logout'>, options?: RequestOptions): Promise<OperationResponse<'logout'>> {
    return this.send('logout', request, options);
  }

  /** A sign of life of the session. */
  resetSessionTimer(
    request: OperationInput<'resetSessionTimer'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'resetSessionTimer'>> {
    return this.send('resetSessionTimer', request, options);
  }

  /** The contract versions this gateway serves. */
  serviceVersions(
    request: OperationInput<'serviceVersions'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'serviceVersions'>> {
    return this.send('serviceVersions', request, options);
  }

  /** Where the application wants to be told that its gateway has another address. */
  registerHAClientCallback(
    request: OperationInput<'registerHAClientCallback'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'registerHAClientCallback'>> {
    return this.send('registerHAClientCallback', request, options);
  }

  /** Logs a user of an integration in; the same user token shares a session (R-SES-04). */
  loginUser(request: OperationInput<'loginUser'>, options?: RequestOptions): Promise<OperationResponse<'loginUser'>> {
    return this.send('loginUser', request, options);
  }

  /** The session of a user token, when it still stands. */
  validateToken(request: OperationInput<'validateToken'>, options?: RequestOptions): Promise<OperationResponse<'validateToken'>> {
    return this.send('validateToken', request, options);
  }

  /** The controller with this address. */
  getIcpId(request: OperationInput<'getIcpId'>, options?: RequestOptions): Promise<OperationResponse<'getIcpId'>> {
    return this.send('getIcpId', request, options);
  }

  /** How a controller dials: its prefixes, codes and lengths (R-E164-01). */
  getIcpConfig(request: OperationInput<'getIcpConfig'>, options?: RequestOptions): Promise<OperationResponse<'getIcpConfig'>> {
    return this.send('getIcpConfig', request, options);
  }

  /** The device with this number. */
  getPhoneNumberId(
    request: OperationInput<'getPhoneNumberId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getPhoneNumberId'>> {
    return this.send('getPhoneNumberId', request, options);
  }

  /** The line appearance at a button of a phone (R-MON-02). */
  getLineAppearanceId(
    request: OperationInput<'getLineAppearanceId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getLineAppearanceId'>> {
    return this.send('getLineAppearanceId', request, options);
  }

  /** The lines of a phone and its controllers. */
  getDeviceConfiguration(
    request: OperationInput<'getDeviceConfiguration'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getDeviceConfiguration'>> {
    return this.send('getDeviceConfiguration', request, options);
  }

  /** The lines of a phone and its controllers, with their ids. */
  getDeviceConfigurationEx(
    request: OperationInput<'getDeviceConfigurationEx'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getDeviceConfigurationEx'>> {
    return this.send('getDeviceConfigurationEx', request, options);
  }

  /** The phones on which a number appears. */
  getDeviceMembers(
    request: OperationInput<'getDeviceMembers'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getDeviceMembers'>> {
    return this.send('getDeviceMembers', request, options);
  }

  /** Do not disturb, forwardings, lamp and user of a device. */
  getDeviceFeatures(
    request: OperationInput<'getDeviceFeatures'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getDeviceFeatures'>> {
    return this.send('getDeviceFeatures', request, options);
  }

  /** The controllers of a device and which of them serves it now, as both answer; of one that cannot be asked nothing is said (R-RES-02). */
  getResilientStatus(
    request: OperationInput<'getResilientStatus'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getResilientStatus'>> {
    return this.send('getResilientStatus', request, options);
  }

  /** What has to be dialled at a controller for a number; one without a plus sign is dialled as it is. */
  getDialableNumber(
    request: OperationInput<'getDialableNumber'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getDialableNumber'>> {
    return this.send('getDialableNumber', request, options);
  }

  /** The E.164 numbers that the digits of a caller, or of a call made, may stand for; the likeliest first. */
  getIncomingPhoneNumber(
    request: OperationInput<'getIncomingPhoneNumber'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getIncomingPhoneNumber'>> {
    return this.send('getIncomingPhoneNumber', request, options);
  }

  /** What would be dialled for a number and why: the rules in the order they were applied. */
  explainDialling(
    request: OperationInput<'explainDialling'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'explainDialling'>> {
    return this.send('explainDialling', request, options);
  }

  /** Begins to tell this session what happens at a device or a line appearance. */
  monitorObject(request: OperationInput<'monitorObject'>, options?: RequestOptions): Promise<OperationResponse<'monitorObject'>> {
    return this.send('monitorObject', request, options);
  }

  /** Ends the monitor of a device. */
  stopMonitor(request: OperationInput<'stopMonitor'>, options?: RequestOptions): Promise<OperationResponse<'stopMonitor'>> {
    return this.send('stopMonitor', request, options);
  }

  /** Begins to tell this session of the features of a device: do not disturb, forwardings, lamp, user. */
  monitorFeatures(
    request: OperationInput<'monitorFeatures'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'monitorFeatures'>> {
    return this.send('monitorFeatures', request, options);
  }

  /** Ends the feature monitor of a device. */
  stopFeatureMonitor(
    request: OperationInput<'stopFeatureMonitor'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'stopFeatureMonitor'>> {
    return this.send('stopFeatureMonitor', request, options);
  }

  /** Begins to tell of presence in the personal ring groups of a controller. */
  monitorPRGPresence(
    request: OperationInput<'monitorPRGPresence'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'monitorPRGPresence'>> {
    return this.send('monitorPRGPresence', request, options);
  }

  /** Ends the monitor of personal ring groups. */
  stopPRGPresenceMonitor(
    request: OperationInput<'stopPRGPresenceMonitor'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'stopPRGPresenceMonitor'>> {
    return this.send('stopPRGPresenceMonitor', request, options);
  }

  /** Begins to tell of the trunks of a controller. For advanced sessions. */
  advMonitorAllTrunkFeatures(
    request: OperationInput<'advMonitorAllTrunkFeatures'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advMonitorAllTrunkFeatures'>> {
    return this.send('advMonitorAllTrunkFeatures', request, options);
  }

  /** Ends the monitor of trunks. For advanced sessions. */
  advStopMonitorAllTrunkFeatures(
    request: OperationInput<'advStopMonitorAllTrunkFeatures'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advStopMonitorAllTrunkFeatures'>> {
    return this.send('advStopMonitorAllTrunkFeatures', request, options);
  }

  /** Begins to tell of the ACD agents of a controller. For advanced sessions. */
  advMonitorACD2AgentFeatures(
    request: OperationInput<'advMonitorACD2AgentFeatures'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advMonitorACD2AgentFeatures'>> {
    return this.send('advMonitorACD2AgentFeatures', request, options);
  }

  /** Ends the monitor of ACD agents. For advanced sessions. */
  advStopMonitorACD2AgentFeatures(
    request: OperationInput<'advStopMonitorACD2AgentFeatures'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advStopMonitorACD2AgentFeatures'>> {
    return this.send('advStopMonitorACD2AgentFeatures', request, options);
  }

  /** Begins to tell of the ACD Express groups of a controller. For advanced sessions. */
  advMonitorACDExpress(
    request: OperationInput<'advMonitorACDExpress'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advMonitorACDExpress'>> {
    return this.send('advMonitorACDExpress', request, options);
  }

  /** Ends the monitor of ACD Express groups. For advanced sessions. */
  advStopMonitorACDExpressObjects(
    request: OperationInput<'advStopMonitorACDExpressObjects'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advStopMonitorACDExpressObjects'>> {
    return this.send('advStopMonitorACDExpressObjects', request, options);
  }

  /** Begins to tell of the conferences of a controller. For advanced sessions. */
  advMonitorConferences(
    request: OperationInput<'advMonitorConferences'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advMonitorConferences'>> {
    return this.send('advMonitorConferences', request, options);
  }

  /** Ends the monitor of conferences. For advanced sessions. */
  advStopMonitorConferences(
    request: OperationInput<'advStopMonitorConferences'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advStopMonitorConferences'>> {
    return this.send('advStopMonitorConferences', request, options);
  }

  /** Begins to tell of the bridges of a controller. For advanced sessions. */
  advMonitorAllBridges(
    request: OperationInput<'advMonitorAllBridges'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advMonitorAllBridges'>> {
    return this.send('advMonitorAllBridges', request, options);
  }

  /** Ends the monitor of bridges. For advanced sessions. */
  advStopMonitorAllBridges(
    request: OperationInput<'advStopMonitorAllBridges'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advStopMonitorAllBridges'>> {
    return this.send('advStopMonitorAllBridges', request, options);
  }

  /** Sets the monitors of many devices; MONITOR_SET or MONITOR_FAILED_EVENT tells of each. */
  setMonitors(request: OperationInput<'setMonitors'>, options?: RequestOptions): Promise<OperationResponse<'setMonitors'>> {
    return this.send('setMonitors', request, options);
  }

  /** Ends the monitors of many devices. */
  clearMonitors(request: OperationInput<'clearMonitors'>, options?: RequestOptions): Promise<OperationResponse<'clearMonitors'>> {
    return this.send('clearMonitors', request, options);
  }

  /** How far a bulk request of this session is. */
  getMonitorsProgress(
    request: OperationInput<'getMonitorsProgress'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getMonitorsProgress'>> {
    return this.send('getMonitorsProgress', request, options);
  }

  /** Calls a number from a device. With the same `idempotencyKey` it happens once. */
  makeCall(request: OperationInput<'makeCall'>, options?: RequestOptions): Promise<OperationResponse<'makeCall'>> {
    return this.send('makeCall', request, options);
  }

  /** Answers a call that rings at the device. With the same `idempotencyKey` it happens once. */
  answerCall(request: OperationInput<'answerCall'>, options?: RequestOptions): Promise<OperationResponse<'answerCall'>> {
    return this.send('answerCall', request, options);
  }

  /** Leaves a call. With the same `idempotencyKey` it happens once. */
  clearCall(request: OperationInput<'clearCall'>, options?: RequestOptions): Promise<OperationResponse<'clearCall'>> {
    return this.send('clearCall', request, options);
  }

  /** Holds a call. With the same `idempotencyKey` it happens once. */
  holdCall(request: OperationInput<'holdCall'>, options?: RequestOptions): Promise<OperationResponse<'holdCall'>> {
    return this.send('holdCall', request, options);
  }

  /** Takes a held call back. With the same `idempotencyKey` it happens once. */
  retrieveCall(request: OperationInput<'retrieveCall'>, options?: RequestOptions): Promise<OperationResponse<'retrieveCall'>> {
    return this.send('retrieveCall', request, options);
  }

  /** Holds a call and calls a number to consult. With the same `idempotencyKey` it happens once. */
  consultationCall(
    request: OperationInput<'consultationCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'consultationCall'>> {
    return this.send('consultationCall', request, options);
  }

  /** Ends a consultation and returns to the held call. With the same `idempotencyKey` it happens once. */
  cancelConsCall(
    request: OperationInput<'cancelConsCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'cancelConsCall'>> {
    return this.send('cancelConsCall', request, options);
  }

  /** Changes between the held call and the consultation. With the same `idempotencyKey` it happens once. */
  alternateCall(request: OperationInput<'alternateCall'>, options?: RequestOptions): Promise<OperationResponse<'alternateCall'>> {
    return this.send('alternateCall', request, options);
  }

  /** Changes between a call and a waiting one. With the same `idempotencyKey` it happens once. */
  tradeCall(request: OperationInput<'tradeCall'>, options?: RequestOptions): Promise<OperationResponse<'tradeCall'>> {
    return this.send('tradeCall', request, options);
  }

  /** Connects the held party and the consulted one, and leaves. With the same `idempotencyKey` it happens once. */
  transferCall(request: OperationInput<'transferCall'>, options?: RequestOptions): Promise<OperationResponse<'transferCall'>> {
    return this.send('transferCall', request, options);
  }

  /** Sends the other party to a number and leaves (blind transfer). With the same `idempotencyKey` it happens once. */
  singleStepTransfer(
    request: OperationInput<'singleStepTransfer'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'singleStepTransfer'>> {
    return this.send('singleStepTransfer', request, options);
  }

  /** Joins the held call and the consultation in a conference. With the same `idempotencyKey` it happens once. */
  conferenceCall(
    request: OperationInput<'conferenceCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'conferenceCall'>> {
    return this.send('conferenceCall', request, options);
  }

  /** Leaves the conference with one party and holds the others. With the same `idempotencyKey` it happens once. */
  splitConferenceCall(
    request: OperationInput<'splitConferenceCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'splitConferenceCall'>> {
    return this.send('splitConferenceCall', request, options);
  }

  /** Sends a ringing call to another number. With the same `idempotencyKey` it happens once. */
  redirectCall(request: OperationInput<'redirectCall'>, options?: RequestOptions): Promise<OperationResponse<'redirectCall'>> {
    return this.send('redirectCall', request, options);
  }

  /** Waits at a busy number until it is free. With the same `idempotencyKey` it happens once. */
  camponCall(request: OperationInput<'camponCall'>, options?: RequestOptions): Promise<OperationResponse<'camponCall'>> {
    return this.send('camponCall', request, options);
  }

  /** Holds the call and begins another one. With the same `idempotencyKey` it happens once. */
  newCall(request: OperationInput<'newCall'>, options?: RequestOptions): Promise<OperationResponse<'newCall'>> {
    return this.send('newCall', request, options);
  }

  /** Gives a call an account code. With the same `idempotencyKey` it happens once. */
  setAccountCode(
    request: OperationInput<'setAccountCode'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'setAccountCode'>> {
    return this.send('setAccountCode', request, options);
  }

  /** Sends digits into a call. With the same `idempotencyKey` it happens once. */
  outPulseDigits(
    request: OperationInput<'outPulseDigits'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'outPulseDigits'>> {
    return this.send('outPulseDigits', request, options);
  }

  /** Asks to be called back when the number is free or used again. With the same `idempotencyKey` it happens once. */
  setCallMeBack(request: OperationInput<'setCallMeBack'>, options?: RequestOptions): Promise<OperationResponse<'setCallMeBack'>> {
    return this.send('setCallMeBack', request, options);
  }

  /** Leaves a request to be called back at the number called. With the same `idempotencyKey` it happens once. */
  sendCallMeBackMsgForCall(
    request: OperationInput<'sendCallMeBackMsgForCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'sendCallMeBackMsgForCall'>> {
    return this.send('sendCallMeBackMsgForCall', request, options);
  }

  /** Leaves a request to be called back at a number. With the same `idempotencyKey` it happens once. */
  sendCallMeBackMsgNoCall(
    request: OperationInput<'sendCallMeBackMsgNoCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'sendCallMeBackMsgNoCall'>> {
    return this.send('sendCallMeBackMsgNoCall', request, options);
  }

  /** Takes away a request to be called back that a number has left at the device. With the same `idempotencyKey` it happens once. */
  clearCallMeBackMsg(
    request: OperationInput<'clearCallMeBackMsg'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'clearCallMeBackMsg'>> {
    return this.send('clearCallMeBackMsg', request, options);
  }

  /** Answers a call that rings elsewhere. With the same `idempotencyKey` it happens once. */
  pickupCall(request: OperationInput<'pickupCall'>, options?: RequestOptions): Promise<OperationResponse<'pickupCall'>> {
    return this.send('pickupCall', request, options);
  }

  /** Takes a call that is held at another number. With the same `idempotencyKey` it happens once. */
  remoteRetrieveCall(
    request: OperationInput<'remoteRetrieveCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'remoteRetrieveCall'>> {
    return this.send('remoteRetrieveCall', request, options);
  }

  /** Gives the caller another name on the display. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advAssignCallerId(
    request: OperationInput<'advAssignCallerId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advAssignCallerId'>> {
    return this.send('advAssignCallerId', request, options);
  }

  /** Breaks into the call of a busy number. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advIntrudeCall(
    request: OperationInput<'advIntrudeCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advIntrudeCall'>> {
    return this.send('advIntrudeCall', request, options);
  }

  /** Copies the voice of a call to a number. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advTapCall(request: OperationInput<'advTapCall'>, options?: RequestOptions): Promise<OperationResponse<'advTapCall'>> {
    return this.send('advTapCall', request, options);
  }

  /** Listens to an agent from this call. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advACDSilentMonitor(
    request: OperationInput<'advACDSilentMonitor'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advACDSilentMonitor'>> {
    return this.send('advACDSilentMonitor', request, options);
  }

  /** Listens to an agent. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advACDSilentMonitorEx(
    request: OperationInput<'advACDSilentMonitorEx'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advACDSilentMonitorEx'>> {
    return this.send('advACDSilentMonitorEx', request, options);
  }

  /** Calls a supervisor to help with a call. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advACDRequestHelp(
    request: OperationInput<'advACDRequestHelp'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advACDRequestHelp'>> {
    return this.send('advACDRequestHelp', request, options);
  }

  /** Speaks into a bridge, to all or to one side only. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advCoachCall(request: OperationInput<'advCoachCall'>, options?: RequestOptions): Promise<OperationResponse<'advCoachCall'>> {
    return this.send('advCoachCall', request, options);
  }

  /** Ends coaching. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advClearCoachCall(
    request: OperationInput<'advClearCoachCall'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advClearCoachCall'>> {
    return this.send('advClearCoachCall', request, options);
  }

  /** How the call of a device stands. */
  getCallStatus(request: OperationInput<'getCallStatus'>, options?: RequestOptions): Promise<OperationResponse<'getCallStatus'>> {
    return this.send('getCallStatus', request, options);
  }

  /** How the call of a device stands, with what advanced applications see. For advanced sessions. */
  advGetCallStatus(
    request: OperationInput<'advGetCallStatus'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetCallStatus'>> {
    return this.send('advGetCallStatus', request, options);
  }

  /** All calls at a device as they are now. */
  snapshotDevice(
    request: OperationInput<'snapshotDevice'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'snapshotDevice'>> {
    return this.send('snapshotDevice', request, options);
  }

  /** A call as it is now at every device this session monitors. */
  snapshotCall(request: OperationInput<'snapshotCall'>, options?: RequestOptions): Promise<OperationResponse<'snapshotCall'>> {
    return this.send('snapshotCall', request, options);
  }

  /** Do not disturb, on or off. With the same `idempotencyKey` it happens once. */
  setDeviceDND(request: OperationInput<'setDeviceDND'>, options?: RequestOptions): Promise<OperationResponse<'setDeviceDND'>> {
    return this.send('setDeviceDND', request, options);
  }

  /** Forwards every call. With the same `idempotencyKey` it happens once. */
  setCFAlways(request: OperationInput<'setCFAlways'>, options?: RequestOptions): Promise<OperationResponse<'setCFAlways'>> {
    return this.send('setCFAlways', request, options);
  }

  /** Forwards internal calls when busy. With the same `idempotencyKey` it happens once. */
  setCFBusyInternal(
    request: OperationInput<'setCFBusyInternal'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'setCFBusyInternal'>> {
    return this.send('setCFBusyInternal', request, options);
  }

  /** Forwards external calls when busy. With the same `idempotencyKey` it happens once. */
  setCFBusyExternal(
    request: OperationInput<'setCFBusyExternal'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'setCFBusyExternal'>> {
    return this.send('setCFBusyExternal', request, options);
  }

  /** Forwards internal calls that nobody answers. With the same `idempotencyKey` it happens once. */
  setCFNAInternal(
    request: OperationInput<'setCFNAInternal'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'setCFNAInternal'>> {
    return this.send('setCFNAInternal', request, options);
  }

  /** Forwards external calls that nobody answers. With the same `idempotencyKey` it happens once. */
  setCFNAExternal(
    request: OperationInput<'setCFNAExternal'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'setCFNAExternal'>> {
    return this.send('setCFNAExternal', request, options);
  }

  /** The message lamp, on or off. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetMsgWaitingInd(
    request: OperationInput<'advSetMsgWaitingInd'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetMsgWaitingInd'>> {
    return this.send('advSetMsgWaitingInd', request, options);
  }

  /** Answering by itself, on or off. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetAutoAnswer(
    request: OperationInput<'advSetAutoAnswer'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetAutoAnswer'>> {
    return this.send('advSetAutoAnswer', request, options);
  }

  /** Logs a hot desk user in at a device. With the same `idempotencyKey` it happens once. */
  loginHotDeskUser(
    request: OperationInput<'loginHotDeskUser'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'loginHotDeskUser'>> {
    return this.send('loginHotDeskUser', request, options);
  }

  /** Logs the hot desk user out. With the same `idempotencyKey` it happens once. */
  logoutHotDeskUser(
    request: OperationInput<'logoutHotDeskUser'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'logoutHotDeskUser'>> {
    return this.send('logoutHotDeskUser', request, options);
  }

  /** Logs an external hot desk user in (R-CC-07). With the same `idempotencyKey` it happens once. */
  loginExtHotDeskUser(
    request: OperationInput<'loginExtHotDeskUser'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'loginExtHotDeskUser'>> {
    return this.send('loginExtHotDeskUser', request, options);
  }

  /** Logs an external hot desk user out. With the same `idempotencyKey` it happens once. */
  logoutExtHotDeskUser(
    request: OperationInput<'logoutExtHotDeskUser'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'logoutExtHotDeskUser'>> {
    return this.send('logoutExtHotDeskUser', request, options);
  }

  /** Whether the PIN of a hot desk user is right; a wrong one is refused. */
  verifyHotDeskUserPin(
    request: OperationInput<'verifyHotDeskUserPin'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'verifyHotDeskUserPin'>> {
    return this.send('verifyHotDeskUserPin', request, options);
  }

  /** Where a hot desk user is logged in; objectId is the user. */
  getHotDeskUserLoginDevice(
    request: OperationInput<'getHotDeskUserLoginDevice'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getHotDeskUserLoginDevice'>> {
    return this.send('getHotDeskUserLoginDevice', request, options);
  }

  /** Who is logged in at a hot desk device. */
  getHotDeskUserDn(
    request: OperationInput<'getHotDeskUserDn'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getHotDeskUserDn'>> {
    return this.send('getHotDeskUserDn', request, options);
  }

  /** Presence of a device in its personal ring group. With the same `idempotencyKey` it happens once. */
  setPRGPresence(
    request: OperationInput<'setPRGPresence'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'setPRGPresence'>> {
    return this.send('setPRGPresence', request, options);
  }

  /** Presence of a member in a group. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetGroupMemberPresence(
    request: OperationInput<'advSetGroupMemberPresence'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetGroupMemberPresence'>> {
    return this.send('advSetGroupMemberPresence', request, options);
  }

  /** Presence of an agent in a group. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetACDAgentPresence(
    request: OperationInput<'advSetACDAgentPresence'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetACDAgentPresence'>> {
    return this.send('advSetACDAgentPresence', request, options);
  }

  /** Presence of an agent in all his groups. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetACD2AgentPresenceAllGroups(
    request: OperationInput<'advSetACD2AgentPresenceAllGroups'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetACD2AgentPresenceAllGroups'>> {
    return this.send('advSetACD2AgentPresenceAllGroups', request, options);
  }

  /** The trunk with this number. For advanced sessions. */
  advGetTdmTrunkId(
    request: OperationInput<'advGetTdmTrunkId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetTdmTrunkId'>> {
    return this.send('advGetTdmTrunkId', request, options);
  }

  /** The SIP peer with this name. For advanced sessions. */
  advGetSipPeerId(
    request: OperationInput<'advGetSipPeerId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetSipPeerId'>> {
    return this.send('advGetSipPeerId', request, options);
  }

  /** The ACD path with this number. For advanced sessions. */
  advGetACD2PathId(
    request: OperationInput<'advGetACD2PathId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACD2PathId'>> {
    return this.send('advGetACD2PathId', request, options);
  }

  /** The ACD group with this number. For advanced sessions. */
  advGetACD2GroupId(
    request: OperationInput<'advGetACD2GroupId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACD2GroupId'>> {
    return this.send('advGetACD2GroupId', request, options);
  }

  /** The agent with this number. For advanced sessions. */
  advGetACDAgentId(
    request: OperationInput<'advGetACDAgentId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACDAgentId'>> {
    return this.send('advGetACDAgentId', request, options);
  }

  /** The ACD Express group with this number. For advanced sessions. */
  advGetACDXGroupId(
    request: OperationInput<'advGetACDXGroupId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACDXGroupId'>> {
    return this.send('advGetACDXGroupId', request, options);
  }

  /** The ring group with this number. For advanced sessions. */
  advGetRingGroupId(
    request: OperationInput<'advGetRingGroupId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetRingGroupId'>> {
    return this.send('advGetRingGroupId', request, options);
  }

  /** The hunt group with this number. For advanced sessions. */
  advGetHuntGroupId(
    request: OperationInput<'advGetHuntGroupId'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetHuntGroupId'>> {
    return this.send('advGetHuntGroupId', request, options);
  }

  /** What a SIP peer is. For advanced sessions. */
  advGetSipPeerDescription(
    request: OperationInput<'advGetSipPeerDescription'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetSipPeerDescription'>> {
    return this.send('advGetSipPeerDescription', request, options);
  }

  /** What an ACD path is. For advanced sessions. */
  advGetACD2PathDescription(
    request: OperationInput<'advGetACD2PathDescription'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACD2PathDescription'>> {
    return this.send('advGetACD2PathDescription', request, options);
  }

  /** What an ACD group is. For advanced sessions. */
  advGetACD2GroupDescription(
    request: OperationInput<'advGetACD2GroupDescription'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACD2GroupDescription'>> {
    return this.send('advGetACD2GroupDescription', request, options);
  }

  /** What an ACD Express group is. For advanced sessions. */
  advGetACDXGroupDescription(
    request: OperationInput<'advGetACDXGroupDescription'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACDXGroupDescription'>> {
    return this.send('advGetACDXGroupDescription', request, options);
  }

  /** What an agent is. For advanced sessions. */
  advGetACDAgentDescription(
    request: OperationInput<'advGetACDAgentDescription'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACDAgentDescription'>> {
    return this.send('advGetACDAgentDescription', request, options);
  }

  /** What a ring group is. For advanced sessions. */
  advGetRingGroupDescription(
    request: OperationInput<'advGetRingGroupDescription'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetRingGroupDescription'>> {
    return this.send('advGetRingGroupDescription', request, options);
  }

  /** What a hunt group is. For advanced sessions. */
  advGetHuntGroupDescription(
    request: OperationInput<'advGetHuntGroupDescription'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetHuntGroupDescription'>> {
    return this.send('advGetHuntGroupDescription', request, options);
  }

  /** How many of a group are there, free, busy, and how many calls wait. For advanced sessions. */
  advGetACDGroupStatus(
    request: OperationInput<'advGetACDGroupStatus'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACDGroupStatus'>> {
    return this.send('advGetACDGroupStatus', request, options);
  }

  /** Whether a trunk is in service. For advanced sessions. */
  advGetTdmTrunkStatus(
    request: OperationInput<'advGetTdmTrunkStatus'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetTdmTrunkStatus'>> {
    return this.send('advGetTdmTrunkStatus', request, options);
  }

  /** How a call over a SIP peer stands. For advanced sessions. */
  advGetSipPeerStatus(
    request: OperationInput<'advGetSipPeerStatus'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetSipPeerStatus'>> {
    return this.send('advGetSipPeerStatus', request, options);
  }

  /** How an agent is set, and in which groups he is present. For advanced sessions. */
  advGetACDAgentStatus(
    request: OperationInput<'advGetACDAgentStatus'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACDAgentStatus'>> {
    return this.send('advGetACDAgentStatus', request, options);
  }

  /** How an agent is set, make busy included. For advanced sessions. */
  advGetACDAgentStatusEx(
    request: OperationInput<'advGetACDAgentStatusEx'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetACDAgentStatusEx'>> {
    return this.send('advGetACDAgentStatusEx', request, options);
  }

  /** Asks a controller to tell of all its conferences, by events. For advanced sessions. */
  advGetSystemConferences(
    request: OperationInput<'advGetSystemConferences'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advGetSystemConferences'>> {
    return this.send('advGetSystemConferences', request, options);
  }

  /** Logs an agent in at a device. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advLoginACDAgent(
    request: OperationInput<'advLoginACDAgent'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advLoginACDAgent'>> {
    return this.send('advLoginACDAgent', request, options);
  }

  /** Logs the agent out. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advLogoutACDAgent(
    request: OperationInput<'advLogoutACDAgent'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advLogoutACDAgent'>> {
    return this.send('advLogoutACDAgent', request, options);
  }

  /** Logs an external agent in. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advLoginExternalACDAgent(
    request: OperationInput<'advLoginExternalACDAgent'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advLoginExternalACDAgent'>> {
    return this.send('advLoginExternalACDAgent', request, options);
  }

  /** Logs an external agent out. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advLogoutExternalACDAgent(
    request: OperationInput<'advLogoutExternalACDAgent'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advLogoutExternalACDAgent'>> {
    return this.send('advLogoutExternalACDAgent', request, options);
  }

  /** Makes an agent busy, or free again. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetACDAgentMakeBusy(
    request: OperationInput<'advSetACDAgentMakeBusy'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetACDAgentMakeBusy'>> {
    return this.send('advSetACDAgentMakeBusy', request, options);
  }

  /** Makes an agent busy with a reason (R-MCC-02). For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetACDAgentMakeBusyWithCode(
    request: OperationInput<'advSetACDAgentMakeBusyWithCode'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetACDAgentMakeBusyWithCode'>> {
    return this.send('advSetACDAgentMakeBusyWithCode', request, options);
  }

  /** Ends the work timer of an agent. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advCancelACDWorkTimer(
    request: OperationInput<'advCancelACDWorkTimer'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advCancelACDWorkTimer'>> {
    return this.send('advCancelACDWorkTimer', request, options);
  }

  /** Ends the work timer that a new call has begun again. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advCancelACDReseizeWorkTimer(
    request: OperationInput<'advCancelACDReseizeWorkTimer'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advCancelACDReseizeWorkTimer'>> {
    return this.send('advCancelACDReseizeWorkTimer', request, options);
  }

  /** Takes a trunk out of service, at once or when it is free. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advSetTrunkMakeBusy(
    request: OperationInput<'advSetTrunkMakeBusy'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advSetTrunkMakeBusy'>> {
    return this.send('advSetTrunkMakeBusy', request, options);
  }

  /** Takes a trunk back into service. For advanced sessions. With the same `idempotencyKey` it happens once. */
  advCancelTrunkMakeBusy(
    request: OperationInput<'advCancelTrunkMakeBusy'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'advCancelTrunkMakeBusy'>> {
    return this.send('advCancelTrunkMakeBusy', request, options);
  }

  /** The events after a cursor; waits for the first when there is none. */
  getEvents(request: OperationInput<'getEvents'>, options?: RequestOptions): Promise<OperationResponse<'getEvents'>> {
    return this.send('getEvents', request, options);
  }

  /** Ends a wait for events; it answers with none. */
  cancelGetEvents(
    request: OperationInput<'cancelGetEvents'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'cancelGetEvents'>> {
    return this.send('cancelGetEvents', request, options);
  }

  /** Where the application takes its events by SOAP, one in each message (handleEvent, of an advanced session advHandleEvent); an empty address ends it. */
  registerEventHandler(
    request: OperationInput<'registerEventHandler'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'registerEventHandler'>> {
    return this.send('registerEventHandler', request, options);
  }

  /** Lets the events of this session be fetched under another number, by whoever registered it; the newest number of a session counts. */
  registerRestSession(
    request: OperationInput<'registerRestSession'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'registerRestSession'>> {
    return this.send('registerRestSession', request, options);
  }

  /** The next event of the session registered under this number by `registerRestSession`; waits for it when there is none. */
  getRestEvent(request: OperationInput<'getRestEvent'>, options?: RequestOptions): Promise<OperationResponse<'getRestEvent'>> {
    return this.send('getRestEvent', request, options);
  }

  /** For a WebSocket of a browser, which cannot send the token: good once, for `expiresInMs`. The newest replaces an older one. */
  issueEventTicket(
    request: OperationInput<'issueEventTicket'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'issueEventTicket'>> {
    return this.send('issueEventTicket', request, options);
  }

  /** Events are sent to this address as Standard Webhooks, once it has answered a challenge; without a secret one is made and answered, here only. */
  setEventHandler(
    request: OperationInput<'setEventHandler'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'setEventHandler'>> {
    return this.send('setEventHandler', request, options);
  }

  /** How the handler stands. */
  getEventHandler(
    request: OperationInput<'getEventHandler'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getEventHandler'>> {
    return this.send('getEventHandler', request, options);
  }

  /** Ends the handler; events can be read by another way again. */
  removeEventHandler(
    request: OperationInput<'removeEventHandler'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'removeEventHandler'>> {
    return this.send('removeEventHandler', request, options);
  }

  /** A new secret; for a day messages carry the signatures of both. */
  rotateHandlerSecret(
    request: OperationInput<'rotateHandlerSecret'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'rotateHandlerSecret'>> {
    return this.send('rotateHandlerSecret', request, options);
  }

  /** The last hundred tries, newest last, of this incarnation. */
  getDeliveries(request: OperationInput<'getDeliveries'>, options?: RequestOptions): Promise<OperationResponse<'getDeliveries'>> {
    return this.send('getDeliveries', request, options);
  }

  /** Events that could not be delivered, with the reason; the last hundred, newest last. */
  getDeadLetters(
    request: OperationInput<'getDeadLetters'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getDeadLetters'>> {
    return this.send('getDeadLetters', request, options);
  }

  /** Sends again what is still held behind the cursor, under new message ids and the same event ids; enables a disabled handler. */
  replayEvents(request: OperationInput<'replayEvents'>, options?: RequestOptions): Promise<OperationResponse<'replayEvents'>> {
    return this.send('replayEvents', request, options);
  }

  /** The entities of the directory and their fields. */
  getDeiMetaData(
    request: OperationInput<'getDeiMetaData'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getDeiMetaData'>> {
    return this.send('getDeiMetaData', request, options);
  }

  /** One entity of the directory and its fields. */
  getDataSchema(request: OperationInput<'getDataSchema'>, options?: RequestOptions): Promise<OperationResponse<'getDataSchema'>> {
    return this.send('getDataSchema', request, options);
  }

  /** Records of an entity, page by page; a filter is `field operator value` terms joined by `and`. */
  readData(request: OperationInput<'readData'>, options?: RequestOptions): Promise<OperationResponse<'readData'>> {
    return this.send('readData', request, options);
  }

  /** Every tuple of an entity. */
  getAllTuples(request: OperationInput<'getAllTuples'>, options?: RequestOptions): Promise<OperationResponse<'getAllTuples'>> {
    return this.send('getAllTuples', request, options);
  }

  /** The first tuple of an entity. */
  getFirstTuple(request: OperationInput<'getFirstTuple'>, options?: RequestOptions): Promise<OperationResponse<'getFirstTuple'>> {
    return this.send('getFirstTuple', request, options);
  }

  /** The tuple after a given one. */
  getNextTuple(request: OperationInput<'getNextTuple'>, options?: RequestOptions): Promise<OperationResponse<'getNextTuple'>> {
    return this.send('getNextTuple', request, options);
  }

  /** The first tuples that fit every condition. */
  searchFirstNTuples(
    request: OperationInput<'searchFirstNTuples'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'searchFirstNTuples'>> {
    return this.send('searchFirstNTuples', request, options);
  }

  /** The next tuples that fit every condition, after a given one. */
  searchNextNTuples(
    request: OperationInput<'searchNextNTuples'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'searchNextNTuples'>> {
    return this.send('searchNextNTuples', request, options);
  }

  /** Adds a tuple. */
  insertTuple(request: OperationInput<'insertTuple'>, options?: RequestOptions): Promise<OperationResponse<'insertTuple'>> {
    return this.send('insertTuple', request, options);
  }

  /** Changes a tuple that still is as given (optimistic lock). */
  updateTuple(request: OperationInput<'updateTuple'>, options?: RequestOptions): Promise<OperationResponse<'updateTuple'>> {
    return this.send('updateTuple', request, options);
  }

  /** Removes a tuple that still is as given. */
  deleteTuple(request: OperationInput<'deleteTuple'>, options?: RequestOptions): Promise<OperationResponse<'deleteTuple'>> {
    return this.send('deleteTuple', request, options);
  }

  /** Where the application wants to be told of changes of the directory; an empty address ends it. */
  registerNotificationHandler(
    request: OperationInput<'registerNotificationHandler'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'registerNotificationHandler'>> {
    return this.send('registerNotificationHandler', request, options);
  }

  /** Begins to tell of changes of these entities. */
  registerDeisForNotification(
    request: OperationInput<'registerDeisForNotification'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'registerDeisForNotification'>> {
    return this.send('registerDeisForNotification', request, options);
  }

  /** Ends telling of changes of these entities. */
  deregisterDeisForNotification(
    request: OperationInput<'deregisterDeisForNotification'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'deregisterDeisForNotification'>> {
    return this.send('deregisterDeisForNotification', request, options);
  }

  /** The next change of the entities registered for; nothing when there is none. */
  getNotification(
    request: OperationInput<'getNotification'>,
    options?: RequestOptions,
  ): Promise<OperationResponse<'getNotification'>> {
    return this.send('getNotification', request, options);
  }
}

const ROUTES: Readonly<Record<OperationName, Route>> = {
  login: ['POST', '/v1/sessions', 'body'],
  authenticate: ['POST', '/v1/sessions/{sessionId}/authenticate', 'body'],
  logout: ['DELETE', '/v1/sessions/{sessionId}'],
  resetSessionTimer: ['POST', '/v1/sessions/{sessionId}/keepalive'],
  serviceVersions: ['GET', '/v1/sessions/{sessionId}/versions'],
  registerHAClientCallback: ['PUT', '/v1/sessions/{sessionId}/ha-callback', 'body'],
  loginUser: ['POST', '/v1/user-sessions', 'body'],
  validateToken: ['POST', '/v1/user-sessions/validate', 'body'],
  getIcpId: ['GET', '/v1/sessions/{sessionId}/controllers', 'query'],
  getIcpConfig: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/config'],
  getPhoneNumberId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/phones/{primeDn}'],
  getLineAppearanceId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/phones/{primeDn}/lines/{buttonNum}'],
  getDeviceConfiguration: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/phones/{primeDn}/configuration'],
  getDeviceConfigurationEx: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/phones/{primeDn}/configuration-ex'],
  getDeviceMembers: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/phones/{primeDn}/members'],
  getDeviceFeatures: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/features'],
  getResilientStatus: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/resilience'],
  getDialableNumber: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/dialable-number', 'query'],
  getIncomingPhoneNumber: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/incoming-phone-number', 'query'],
  explainDialling: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/dialling', 'query'],
  monitorObject: ['POST', '/v1/sessions/{sessionId}/monitors', 'body'],
  stopMonitor: ['DELETE', '/v1/sessions/{sessionId}/monitors/{objectId}'],
  monitorFeatures: ['POST', '/v1/sessions/{sessionId}/feature-monitors', 'body'],
  stopFeatureMonitor: ['DELETE', '/v1/sessions/{sessionId}/feature-monitors/{objectId}'],
  monitorPRGPresence: ['POST', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/prg-presence'],
  stopPRGPresenceMonitor: ['DELETE', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/prg-presence'],
  advMonitorAllTrunkFeatures: ['POST', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/trunk-features'],
  advStopMonitorAllTrunkFeatures: ['DELETE', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/trunk-features'],
  advMonitorACD2AgentFeatures: ['POST', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/acd-agent-features'],
  advStopMonitorACD2AgentFeatures: ['DELETE', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/acd-agent-features'],
  advMonitorACDExpress: ['POST', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/acd-express'],
  advStopMonitorACDExpressObjects: ['DELETE', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/acd-express'],
  advMonitorConferences: ['POST', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/conferences'],
  advStopMonitorConferences: ['DELETE', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/conferences'],
  advMonitorAllBridges: ['POST', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/bridges'],
  advStopMonitorAllBridges: ['DELETE', '/v1/sessions/{sessionId}/controllers/{icpId}/monitors/bridges'],
  setMonitors: ['POST', '/v1/sessions/{sessionId}/monitors/bulk', 'body'],
  clearMonitors: ['POST', '/v1/sessions/{sessionId}/monitors/bulk-clear', 'body'],
  getMonitorsProgress: ['GET', '/v1/sessions/{sessionId}/monitors/bulk/{bulkId}'],
  makeCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls', 'body'],
  answerCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/answer'],
  clearCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/clear'],
  holdCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/hold'],
  retrieveCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/retrieve'],
  consultationCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/consultation', 'body'],
  cancelConsCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/cancel-consultation'],
  alternateCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/alternate'],
  tradeCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/trade'],
  transferCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/transfer'],
  singleStepTransfer: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/single-step-transfer', 'body'],
  conferenceCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/conference'],
  splitConferenceCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/split-conference'],
  redirectCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/redirect', 'body'],
  camponCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/camp-on'],
  newCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/new-call'],
  setAccountCode: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/account-code', 'body'],
  outPulseDigits: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/digits', 'body'],
  setCallMeBack: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/call-me-back'],
  sendCallMeBackMsgForCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/call-me-back-message'],
  sendCallMeBackMsgNoCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/call-me-back-messages', 'body'],
  clearCallMeBackMsg: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/call-me-back-messages/clear', 'body'],
  pickupCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/pickup', 'body'],
  remoteRetrieveCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/remote-retrieve', 'body'],
  advAssignCallerId: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/caller-id', 'body'],
  advIntrudeCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/intrude'],
  advTapCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/tap', 'body'],
  advACDSilentMonitor: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/silent-monitor', 'body'],
  advACDSilentMonitorEx: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/silent-monitor', 'body'],
  advACDRequestHelp: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/request-help', 'body'],
  advCoachCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/coach', 'body'],
  advClearCoachCall: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/clear-coach'],
  getCallStatus: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/call-status'],
  advGetCallStatus: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/advanced-call-status'],
  snapshotDevice: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/calls'],
  snapshotCall: ['GET', '/v1/sessions/{sessionId}/calls/{globalCallId}'],
  setDeviceDND: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/do-not-disturb', 'body'],
  setCFAlways: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/forwarding/always', 'body'],
  setCFBusyInternal: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/forwarding/busy-internal', 'body'],
  setCFBusyExternal: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/forwarding/busy-external', 'body'],
  setCFNAInternal: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/forwarding/no-answer-internal', 'body'],
  setCFNAExternal: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/forwarding/no-answer-external', 'body'],
  advSetMsgWaitingInd: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/message-waiting', 'body'],
  advSetAutoAnswer: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/auto-answer', 'body'],
  loginHotDeskUser: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/hot-desk-user', 'body'],
  logoutHotDeskUser: ['DELETE', '/v1/sessions/{sessionId}/devices/{objectId}/hot-desk-user'],
  loginExtHotDeskUser: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/external-hot-desk-user', 'body'],
  logoutExtHotDeskUser: ['DELETE', '/v1/sessions/{sessionId}/devices/{objectId}/external-hot-desk-user'],
  verifyHotDeskUserPin: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/hot-desk-user/verify-pin', 'body'],
  getHotDeskUserLoginDevice: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/hot-desk-device'],
  getHotDeskUserDn: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/hot-desk-user'],
  setPRGPresence: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/presence/personal-ring-group', 'body'],
  advSetGroupMemberPresence: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/presence/group', 'body'],
  advSetACDAgentPresence: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/presence/acd-group', 'body'],
  advSetACD2AgentPresenceAllGroups: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/presence/all-acd-groups', 'body'],
  advGetTdmTrunkId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/trunks/{trunkNum}'],
  advGetSipPeerId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/sip-peers/{sipPeerName}'],
  advGetACD2PathId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/acd-paths/{pathDn}'],
  advGetACD2GroupId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/acd-groups/{acd2GroupDn}'],
  advGetACDAgentId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/acd-agents/{agentDn}'],
  advGetACDXGroupId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/acd-express-groups/{acdXGroupDn}'],
  advGetRingGroupId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/ring-groups/{ringGroupDn}'],
  advGetHuntGroupId: ['GET', '/v1/sessions/{sessionId}/controllers/{icpId}/hunt-groups/{huntGroupDn}'],
  advGetSipPeerDescription: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/sip-peer'],
  advGetACD2PathDescription: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/acd-path'],
  advGetACD2GroupDescription: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/acd-group'],
  advGetACDXGroupDescription: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/acd-express-group'],
  advGetACDAgentDescription: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/acd-agent'],
  advGetRingGroupDescription: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/ring-group'],
  advGetHuntGroupDescription: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/hunt-group'],
  advGetACDGroupStatus: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/acd-group/status'],
  advGetTdmTrunkStatus: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/trunk/status'],
  advGetSipPeerStatus: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/sip-peer/calls/{localCallId}', 'query'],
  advGetACDAgentStatus: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/acd-agent/status'],
  advGetACDAgentStatusEx: ['GET', '/v1/sessions/{sessionId}/devices/{objectId}/acd-agent/status-ex'],
  advGetSystemConferences: ['POST', '/v1/sessions/{sessionId}/controllers/{icpId}/conferences/tell'],
  advLoginACDAgent: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/acd-agent-login', 'body'],
  advLogoutACDAgent: ['DELETE', '/v1/sessions/{sessionId}/devices/{objectId}/acd-agent-login'],
  advLoginExternalACDAgent: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/external-acd-agent-login', 'body'],
  advLogoutExternalACDAgent: ['DELETE', '/v1/sessions/{sessionId}/devices/{objectId}/external-acd-agent-login'],
  advSetACDAgentMakeBusy: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/make-busy', 'body'],
  advSetACDAgentMakeBusyWithCode: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/make-busy-with-code', 'body'],
  advCancelACDWorkTimer: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/work-timer/cancel'],
  advCancelACDReseizeWorkTimer: ['POST', '/v1/sessions/{sessionId}/devices/{objectId}/work-timer/cancel-reseize'],
  advSetTrunkMakeBusy: ['PUT', '/v1/sessions/{sessionId}/devices/{objectId}/trunk/make-busy', 'body'],
  advCancelTrunkMakeBusy: ['DELETE', '/v1/sessions/{sessionId}/devices/{objectId}/trunk/make-busy'],
  getEvents: ['GET', '/v1/sessions/{sessionId}/events', 'query'],
  cancelGetEvents: ['DELETE', '/v1/sessions/{sessionId}/events'],
  registerEventHandler: ['PUT', '/v1/sessions/{sessionId}/event-handler', 'body'],
  registerRestSession: ['PUT', '/v1/sessions/{sessionId}/rest-session', 'body'],
  getRestEvent: ['GET', '/v1/rest-sessions/{restSessionId}/event', 'query'],
  issueEventTicket: ['POST', '/v1/sessions/{sessionId}/events/tickets'],
  setEventHandler: ['PUT', '/v1/sessions/{sessionId}/handler', 'body'],
  getEventHandler: ['GET', '/v1/sessions/{sessionId}/handler'],
  removeEventHandler: ['DELETE', '/v1/sessions/{sessionId}/handler'],
  rotateHandlerSecret: ['POST', '/v1/sessions/{sessionId}/handler/secret', 'body'],
  getDeliveries: ['GET', '/v1/sessions/{sessionId}/handler/deliveries'],
  getDeadLetters: ['GET', '/v1/sessions/{sessionId}/handler/dead-letters'],
  replayEvents: ['POST', '/v1/sessions/{sessionId}/handler/replay', 'body'],
  getDeiMetaData: ['GET', '/v1/sessions/{sessionId}/data'],
  getDataSchema: ['GET', '/v1/sessions/{sessionId}/data/{entity}/schema'],
  readData: ['GET', '/v1/sessions/{sessionId}/data/{entity}', 'query'],
  getAllTuples: ['GET', '/v1/sessions/{sessionId}/tuples/{deiId}'],
  getFirstTuple: ['GET', '/v1/sessions/{sessionId}/tuples/{deiId}/first'],
  getNextTuple: ['POST', '/v1/sessions/{sessionId}/tuples/{deiId}/next', 'body'],
  searchFirstNTuples: ['POST', '/v1/sessions/{sessionId}/tuples/{deiId}/search', 'body'],
  searchNextNTuples: ['POST', '/v1/sessions/{sessionId}/tuples/{deiId}/search-next', 'body'],
  insertTuple: ['POST', '/v1/sessions/{sessionId}/tuples/{deiId}', 'body'],
  updateTuple: ['PUT', '/v1/sessions/{sessionId}/tuples/{deiId}', 'body'],
  deleteTuple: ['POST', '/v1/sessions/{sessionId}/tuples/{deiId}/delete', 'body'],
  registerNotificationHandler: ['PUT', '/v1/sessions/{sessionId}/data-notification-handler', 'body'],
  registerDeisForNotification: ['POST', '/v1/sessions/{sessionId}/data-notifications', 'body'],
  deregisterDeisForNotification: ['POST', '/v1/sessions/{sessionId}/data-notifications/end', 'body'],
  getNotification: ['GET', '/v1/sessions/{sessionId}/data-notifications'],
};
