import * as Luxon from 'luxon';
import PropTypes from 'prop-types';
import React from 'react';
import ReactDOM from 'react-dom';
import * as ReactIntl from 'react-intl';
import * as ReactRedux from 'react-redux';
import * as ReactRouterDom from 'react-router-dom';
import * as Redux from 'redux';

/** The globals that the real web client offers to plugins, and no others. */
Object.assign(window, {React, ReactDOM, ReactIntl, Redux, ReactRedux, ReactRouterDom, PropTypes, Luxon});
